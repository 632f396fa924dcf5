using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: the inputs (recordings, symbol tables) are opened once, and nothing is built at run time.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .WithCultureInfo(CultureInfo.InvariantCulture)
    .WithArtifactsPath(Path.Combine(TraceKit.Bench.Inputs.Artifacts, "BenchmarkDotNet"))
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10));
BenchmarkSwitcher.FromAssembly(typeof(TraceKit.Bench.Inputs).Assembly).Run(args, config);

using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;
using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Targets;

/// <summary>The README's example is code that runs.</summary>
public class TargetsReadmeTests
{
    /// <summary>It compiles, runs, and is the code below, line for line.</summary>
    [Fact]
    public void Readme_Example_RunsAsWritten()
    {
        TargetPrograms.System("/bin/sh");
        var image = ElfImage.Parse(File.ReadAllBytes("/bin/sh"), "/bin/sh");
        var target = new UserTarget(image, new UserTargetParts());
        foreach (var function in target.FindFunctions(FunctionPattern.Parse("main")))
            Console.WriteLine(target.WhyNot(function.Address, isReturn: false) ?? $"{function.DisplayName} can be probed at {target.ToFileOffset(function.Address)}");

        var readme = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "format/probes/Targets/README.md"));
        var source = File.ReadAllText(Path.Combine(Golden.RepositoryRoot(), "tests/probes/Targets/TargetsReadmeTests.cs"));
        var example = readme[(readme.IndexOf("```csharp\n", StringComparison.Ordinal) + 10)..];
        foreach (var line in example[..example.IndexOf("```", StringComparison.Ordinal)].Split('\n'))
            Assert.Contains(line.Trim(), source, StringComparison.Ordinal);
    }
}

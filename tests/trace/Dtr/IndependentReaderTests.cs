using System.Diagnostics;
using System.Text;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;
using TraceKit.Testing;

namespace TraceKit.Format.Tests.Dtr;

/// <summary>A reader written from FORMAT.md alone, in another language, reads what the writer writes.</summary>
public sealed class IndependentReaderTests
{
    /// <summary>Random records of random layouts, raw and thinned stacks: the other reader gives back the same bytes.</summary>
    [Fact]
    public void PythonReader_RandomRecords_GivesTheSameBytes()
    {
        using var builder = new DtrBuilder();
        var expected = new StringBuilder();
        var encoder = new SampleChunkEncoder();
        var filter = new StackPointerFilter(new AddressRanges([(0, 1UL << 62)]), AddressRanges.Empty);
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var layouts = Enumerable.Range(0, 3).Select(_ => SampleChunkTests.RandomLayout(random)).Append(SampleChunkTests.Dwarf).ToArray();
            encoder.Begin((uint)random.Next(2));
            for (var i = 0; i < 60; i++)
            {
                var index = random.Next(layouts.Length);
                Assert.True(encoder.Add(new PerfRecord(SampleChunkTests.RandomRecord(random, layouts[index], i)), index, layouts[index], random.Next(3) == 0 ? null : filter));
            }

            AddChunk(builder, encoder, expected);
        }

        Compare(builder.ToArray(), expected.ToString());
    }

    /// <summary>Real frame-pointer and dwarf recordings of this machine pass losslessly, and the other reader agrees.</summary>
    [Theory]
    [InlineData("-e cpu-clock -g")]
    [InlineData("-e cpu-clock --call-graph dwarf,8192")]
    public void RealRecording_ThroughTheColumns_ComesBackByteForByte(string options)
    {
        var folder = Directory.CreateTempSubdirectory("perf-").FullName;
        try
        {
            var data = Path.Combine(folder, "perf.data");
            var (code, _) = Run("perf", [.. $"record -q -k mono -F 2000 -m 512 {options} -o".Split(' '), data, "--", "bash", "-c", "for ((i = 0; i < 15000; i++)); do x=$((x + i)); done"]);
            if (code != 0)
                Assert.Skip($"perf record does not work here (exit code {code})");

            var records = PerfDataRecords.Read(data);
            var layout = records.Attributes[0].Layout;
            var (executable, stacks) = Mappings(records);
            var filter = new StackPointerFilter(new AddressRanges([.. executable]), new AddressRanges([.. stacks]));
            foreach (var used in new[] { null, filter })
            {
                using var builder = new DtrBuilder();
                var expected = new StringBuilder();
                var encoder = new SampleChunkEncoder();
                encoder.Begin(0);
                var originals = new List<ReadOnlyMemory<byte>>();
                foreach (var bytes in records.Records())
                {
                    var record = new PerfRecord(bytes.Span);
                    if (record.Type != PerfRecordType.PERF_RECORD_SAMPLE || originals.Count == 60)
                        continue;
                    originals.Add(bytes);
                    Assert.True(encoder.Add(record, 0, layout, used));
                }

                Assert.NotEmpty(originals);
                Assert.Equal(0, encoder.VerbatimRecords);
                var payload = AddChunk(builder, encoder, expected);
                var decoder = new SampleChunkDecoder(payload);
                foreach (var original in originals)
                {
                    Assert.True(decoder.TryReadNext(out var record, out _));
                    if (decoder.StackFiltered)
                        Assert.Equal(original.Length, record.Bytes.Length);
                    else
                        Assert.Equal(original.ToArray(), record.Bytes.ToArray());
                }

                Compare(builder.ToArray(), expected.ToString());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (List<(ulong Start, ulong End)> Executable, List<(ulong Start, ulong End)> Stacks) Mappings(PerfDataRecords records)
    {
        var executable = new List<(ulong Start, ulong End)>();
        var stacks = new List<(ulong Start, ulong End)>();
        foreach (var bytes in records.Records())
        {
            if (!Mmap2Record.TryParse(new PerfRecord(bytes.Span), records.Attributes[0].Layout, out var map) || map.Pid == uint.MaxValue)
                continue;
            if ((map.Protection & 4) != 0)
                executable.Add((map.Address, map.Address + map.Length));
            else if (map.Filename.SequenceEqual("[stack]"u8))
                stacks.Add((map.Address, map.Address + map.Length));
        }

        return (executable, stacks);
    }

    private static byte[] AddChunk(DtrBuilder builder, SampleChunkEncoder encoder, StringBuilder expected)
    {
        var payload = encoder.Finish().ToArray();
        builder.Add(ChunkType.Samples, payload, encoder.Stream, encoder.FirstTime, encoder.LastTime);
        var decoder = new SampleChunkDecoder(payload);
        while (decoder.TryReadNext(out var record, out var index))
            expected.Append(System.Globalization.CultureInfo.InvariantCulture, $"{index} {Convert.ToHexStringLower(record.Bytes)}\n");
        return payload;
    }

    private static void Compare(byte[] file, string expected)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, file);
            var (code, output) = Run("python3", [Path.Combine(Golden.RepositoryRoot(), "tests", "trace", "independent_reader.py"), path]);
            if (code == -1)
                Assert.Skip("python3 is not installed");
            Assert.Equal(0, code);
            Assert.Equal(expected, output);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (int Code, string Output) Run(string program, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "");
        }
    }
}

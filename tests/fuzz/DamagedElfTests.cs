using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Lines;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Testing;

namespace TraceKit.Fuzz.Tests;

/// <summary>
/// Programs with all of their debugging information, damaged section by section: bytes flipped, cut, overwritten with lengths that lie; section headers too.
/// Every reader of the room runs over each and may throw <see cref="BadDataException"/> only, within bounded memory.
/// </summary>
public sealed class DamagedElfTests
{
    private const string Source = """
        template <typename T> struct Sum { T value{}; void add(T x) { if (x > 3) value += x; else value -= x; } };
        namespace { inline int twice(int x) { return x * 2; } }
        __attribute__((noinline)) static int work(const int *p, int n) { Sum<long> s; for (int i = 0; i < n; i++) s.add(twice(p[i])); return (int)s.value; }
        int main(int argc, char **argv) { int v[16] = {}; for (int i = 0; i < 16; i++) v[i] = i * argc; try { if (argc > 9) throw 1; } catch (int e) { return e; } return work(v, 16); }
        """;

    /// <summary>Damaged inputs a program; most of a run's time is here.</summary>
    private static readonly int Count = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_COUNT", 2000);
    private static readonly int Seed = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_SEED", 1);

    /// <summary>What all readers together may allocate for one damaged input of some 30 KB.</summary>
    private const long MaximumBytes = 256L << 20;

    /// Every section of a program, in each version of DWARF, split and compressed too.
    [Theory]
    [InlineData("g++", "-gdwarf-5 -O2 -c")]
    [InlineData("g++", "-gdwarf-5 -O2")]
    [InlineData("g++", "-gdwarf-4 -O2 -fdebug-types-section")]
    [InlineData("g++", "-gdwarf-3 -O1")]
    [InlineData("g++", "-gdwarf-5 -O2 -gsplit-dwarf")]
    [InlineData("g++", "-gdwarf-5 -O2 -gz=zlib")]
    [InlineData("g++", "-gdwarf-5 -gdwarf64 -O1")]
    [InlineData("clang++", "-gdwarf-5 -O2")]
    [InlineData("clang++", "-gdwarf-4 -O1 -gdwarf-aranges")]
    public void EachSection_Damaged_ThrowsOnlyBadData(string compiler, string options)
    {
        var worst = new Worst();
        var folder = Directory.CreateTempSubdirectory("tracekit-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "p.cpp"), Source);
            try
            {
                ProgramRun.Start(compiler, [.. options.Split(' '), "-o", "p", "p.cpp"], workingDirectory: folder).MustExit();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"{compiler} is not installed");
            }

            var whole = File.ReadAllBytes(Path.Combine(folder, "p"));
            var split = Directory.EnumerateFiles(folder, "*.dwo").Select(File.ReadAllBytes).FirstOrDefault();
            ReadAll(whole, split);
            Damage(whole, Count / 12, bytes => ReadAll(bytes, split), worst);
            if (split is not null)
                Damage(split, Count / 12, bytes => ReadAll(whole, bytes), worst);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{compiler} {options}, {whole.Length} bytes, {worst.Inputs} inputs: slowest {worst.Time.TotalMilliseconds:F0} ms ({worst.Slowest}), most allocated {worst.Allocated / 1e6:F1} MB ({worst.Largest})"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Damage(byte[] whole, int count, Action<byte[]> read, Worst worst)
    {
        var random = new Random(Seed);
        var sections = ElfImage.Parse(whole, "whole").Sections.ToArray();
        var headers = (int)BinaryPrimitives.ReadUInt64LittleEndian(whole.AsSpan(40));
        for (var i = 0; i < count; i++)
        {
            // Small sections as often as large ones: each has readers of its own.
            var number = random.Next(sections.Length);
            var s = sections[number];
            int start = (int)Math.Min(s.Offset.Value, (ulong)whole.Length - 1), size = (int)Math.Min(s.Size, (ulong)(whole.Length - start));
            var bytes = (byte[])whole.Clone();
            var what = random.Next(6);
            var at = start + random.Next(Math.Max(size, 1));
            switch (what)
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1: // several bytes of the section
                    for (var n = random.Next(1, 20); n > 0; n--)
                        bytes[start + random.Next(Math.Max(size, 1))] = (byte)random.Next(256);
                    break;
                case 2: // a number that lies
                    for (var n = Math.Min(random.Next(1, 9), bytes.Length - at); n > 0; n--)
                        bytes[at + n - 1] = random.Next(2) == 0 ? (byte)0xff : (byte)0x7f;
                    break;
                case 3: // the section ends earlier or later: sh_size
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(headers + number * 64 + 32), (ulong)random.NextInt64(0, 2L * Math.Max(size, 1)));
                    break;
                case 4: // any field of its header
                    bytes[headers + number * 64 + random.Next(64)] = (byte)random.Next(256);
                    break;
                default: // the file ends within it, its headers stand before
                    Array.Clear(bytes, at, Math.Max(0, start + size - at));
                    break;
            }

            var before = GC.GetTotalAllocatedBytes();
            var started = Stopwatch.GetTimestamp();
            try
            {
                read(bytes);
            }
            catch (BadDataException)
            {
                // The one exception that may come out.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"input {i} of seed {Seed}: {s.Name}, damage {what} at 0x{at:x}: {e}", e);
            }

            var allocated = GC.GetTotalAllocatedBytes() - before;
            worst.Add(Stopwatch.GetElapsedTime(started), allocated, $"{s.Name}, damage {what}, input {i}");
            Assert.True(allocated < MaximumBytes, $"input {i} of seed {Seed}: {s.Name}, damage {what} at 0x{at:x}: {allocated} bytes");
        }
    }

    private static void ReadAll(byte[] bytes, byte[]? split)
    {
        var image = ElfImage.Parse(bytes, "damaged");
        var addresses = new List<Svma>();
        foreach (ref readonly var s in image.Sections)
        {
            if (s.IsCode)
                addresses.AddRange(Enumerable.Range(0, (int)Math.Min(s.Size / 7, 200)).Select(i => new Svma(image.Entry.Value + (ulong)i * 7)));
        }

        var symbols = SymbolTable.Build(image);
        for (var i = 0; i < symbols.Count; i += 5)
            symbols.TryFind(symbols[i].Start, out _);
        var versions = ElfSymbolVersions.Read(image);
        for (var i = 0; i < image.Sections.Length; i++)
        {
            if (ElfSymbols.TryRead(image, i, out var stored))
            {
                for (var n = 0; n < stored.Count; n++)
                {
                    stored.NameBytes(stored[n]);
                    versions.TryGet(n, out _, out _);
                }
            }
        }

        Guarded(() => UnwindTable.Build(image));
        Guarded(() => FunctionStarts.Build(image));
        Guarded(() => ElfSnapshotPlan.Create(image, (ElfSnapshotParts)0xff));
        Guarded(() => ElfHeaderReader.Read((offset, destination) => offset <= (ulong)bytes.Length && destination.Length <= bytes.Length - (int)offset && bytes.AsSpan((int)offset, destination.Length).TryCopyTo(destination), (ulong)bytes.Length, "damaged"));

        var sections = new DwarfSections(image);
        var lines = sections[DwarfSection.Line];
        for (ulong at = 0; at + 4 < (ulong)lines.Length && LineTable.TryRead(sections, new DebugLineOffset(at), default, out var table); at += 4 + BinaryPrimitives.ReadUInt32LittleEndian(lines.Span[(int)at..]))
        {
            for (var f = 0u; f < Math.Min(table.FileCount, 100); f++)
                table.FilePath(f);
        }

        var ordered = addresses.Distinct().Order().ToArray();
        var files = split is null ? default : new DwarfFiles { SplitUnit = (_, _, _) => ElfImage.Parse(split, "split") };
        var frames = new SourceFrames();
        var dwarf = DwarfInfo.Open(image, files);
        dwarf.Resolve(ordered, frames);
        Assert.Equal(ordered.Length, frames.Count);
        frames.Clear();
        SourceIndex.Read(SourceIndex.Build(dwarf, ordered)).Resolve(ordered, frames);
        Assert.Equal(ordered.Length, frames.Count);
    }

    private static void Guarded(Action read)
    {
        try
        {
            read();
        }
        catch (BadDataException)
        {
            // The others read on.
        }
    }

    /// <summary>The slowest and the hungriest input: told, not judged by the clock.</summary>
    private sealed class Worst
    {
        public TimeSpan Time { get; private set; }

        public long Allocated { get; private set; }

        public string Slowest { get; private set; } = "";

        public string Largest { get; private set; } = "";

        public int Inputs { get; private set; }

        public void Add(TimeSpan time, long allocated, string what)
        {
            Inputs++;
            if (time > Time)
                (Time, Slowest) = (time, what);
            if (allocated > Allocated)
                (Allocated, Largest) = (allocated, what);
        }
    }
}

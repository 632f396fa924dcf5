using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Bench;

/// <summary>What is measured on. <c>bench/inputs.sh</c> makes what is in <c>bench/artifacts</c>; the rest are this machine's own libraries.</summary>
public static class Inputs
{
    /// <summary>Seed of every random choice, so that two runs ask the same.</summary>
    public const int Seed = 20261126;

    /// <summary>The folder of workloads and recordings.</summary>
    public static string Artifacts { get; } = Path.Combine(Here(), "artifacts");

    /// <summary>A file that must be there, with what makes it.</summary>
    public static string Require(string path, string how) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; {how}");

    /// <summary>An ELF file.</summary>
    public static ElfImage Open(string path) => ElfImage.Parse(File.ReadAllBytes(path), path);

    /// <summary>Random addresses of code, ascending: bytes of executable sections, whether or not an instruction begins there.</summary>
    public static Svma[] RandomCode(ElfImage image, int count)
    {
        const ulong SHF_EXECINSTR = 4;
        const uint SHT_NOBITS = 8;
        var sections = image.Sections.ToArray().Where(s => (s.Flags & SHF_EXECINSTR) != 0 && s.Type != SHT_NOBITS && s.Size > 0).ToArray();
        var total = sections.Aggregate(0UL, (sum, s) => sum + s.Size);
        var random = new Random(Seed);
        var addresses = new Svma[count];
        for (var i = 0; i < count; i++)
        {
            var at = (ulong)random.NextInt64((long)total);
            foreach (var section in sections)
            {
                if (at < section.Size)
                {
                    addresses[i] = new Svma(section.Address.Value + at);
                    break;
                }

                at -= section.Size;
            }
        }

        Array.Sort(addresses, (a, b) => a.Value.CompareTo(b.Value));
        return addresses;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

using System.Globalization;
using System.Text;
using TraceKit.Binary;
using static TraceKit.Format.PerfData.PerfDataFeature;

namespace TraceKit.Format.PerfData;

/// <summary>Reads the sections of <see cref="PerfDataFeature"/> (<c>tools/perf/util/header.c</c>, the <c>process_</c> functions).</summary>
internal static class PerfDataFeatureReader
{
    /// <summary>Entries of any list: CPUs, nodes, PMUs.</summary>
    private const uint MaximumEntries = 1 << 16;

    /// <summary>Reads one section into what is known.</summary>
    /// <returns>False when nobody here knows the feature.</returns>
    /// <exception cref="BadDataException">The section is cut or says too much.</exception>
    public static bool TryRead(PerfDataMetadata metadata, int feature, ReadOnlyMemory<byte> section, bool isBigEndian)
    {
        var facts = metadata.Facts;
        var cursor = new SpanCursor(section.Span, NameOf(feature), isBigEndian);
        switch (feature)
        {
            case HEADER_TRACING_DATA:
                metadata.Tracing = PerfDataTracing.Read(section);
                break;
            case HEADER_BUILD_ID:
                metadata.ReadBuildIds(section.Span, isBigEndian);
                break;
            case HEADER_HOSTNAME:
                facts.HostName = Text(ref cursor);
                break;
            case HEADER_OSRELEASE:
                facts.OsRelease = Text(ref cursor);
                break;
            case HEADER_VERSION:
                facts.Version = Text(ref cursor);
                break;
            case HEADER_ARCH:
                facts.Architecture = Text(ref cursor);
                break;
            case HEADER_NRCPUS:
                facts.CpusAvailable = cursor.ReadUInt32("CPUs available");
                facts.CpusOnline = cursor.ReadUInt32("CPUs online");
                break;
            case HEADER_CPUDESC:
                facts.CpuDescription = Text(ref cursor);
                break;
            case HEADER_CPUID:
                facts.CpuId = Text(ref cursor);
                break;
            case HEADER_TOTAL_MEM:
                facts.TotalMemoryKib = cursor.ReadUInt64("memory");
                break;
            case HEADER_CMDLINE:
                facts.CommandLine = Texts(ref cursor);
                break;
            case HEADER_EVENT_DESC:
                ReadEventNames(metadata.Events, ref cursor);
                break;
            case HEADER_CPU_TOPOLOGY:
                facts.CoreSiblings = Texts(ref cursor);
                facts.ThreadSiblings = Texts(ref cursor);
                break;
            case HEADER_NUMA_TOPOLOGY:
                var nodes = new List<PerfDataNode>();
                for (var left = Count(ref cursor); left > 0; left--)
                    nodes.Add(new PerfDataNode(cursor.ReadUInt32("node"), cursor.ReadUInt64("memory"), cursor.ReadUInt64("free memory"), Text(ref cursor)));
                facts.Nodes = nodes;
                break;
            case HEADER_PMU_MAPPINGS:
                var pmus = new SortedDictionary<uint, string>();
                for (var left = Count(ref cursor); left > 0; left--)
                    pmus[cursor.ReadUInt32("PMU type")] = Text(ref cursor);
                facts.Pmus = pmus;
                break;
            case HEADER_GROUP_DESC:
                var groups = new List<PerfDataGroup>();
                for (var left = Count(ref cursor); left > 0; left--)
                    groups.Add(new PerfDataGroup(Text(ref cursor), cursor.ReadUInt32("leader"), cursor.ReadUInt32("members")));
                facts.Groups = groups;
                SetLeaders(metadata.Events, groups);
                break;
            case HEADER_CACHE:
                facts.Caches = ReadCaches(ref cursor);
                break;
            case HEADER_SAMPLE_TIME:
                facts.FirstSampleTime = cursor.ReadUInt64("first time");
                facts.LastSampleTime = cursor.ReadUInt64("last time");
                break;
            case HEADER_CLOCKID:
                facts.ClockResolution = cursor.ReadUInt64("resolution");
                break;
            case HEADER_CLOCK_DATA:
                if (cursor.ReadUInt32("version") == 1)
                    facts.ClockData = (cursor.ReadUInt32("clock"), cursor.ReadUInt64("time of day"), cursor.ReadUInt64("clock's time"));
                break;
            case HEADER_COMPRESSED:
                cursor.ReadUInt32("version");
                cursor.ReadUInt32("type");
                facts.Compression = (cursor.ReadUInt32("level"), cursor.ReadUInt32("ratio"));
                break;
            case HEADER_CPU_PMU_CAPS:
                facts.PmuCapabilities = [.. Capabilities(ref cursor, "cpu"), .. facts.PmuCapabilities];
                break;
            case HEADER_PMU_CAPS:
                var all = new List<string>(facts.PmuCapabilities);
                for (var left = Count(ref cursor); left > 0; left--)
                {
                    // The name comes after what it can do.
                    var own = Capabilities(ref cursor, "");
                    var pmu = Text(ref cursor);
                    all.AddRange(own.ConvertAll(c => $"{pmu}: {c}"));
                }

                facts.PmuCapabilities = all;
                break;
            case HEADER_HYBRID_TOPOLOGY:
                var kinds = new List<(string, string)>();
                for (var left = Count(ref cursor); left > 0; left--)
                    kinds.Add((Text(ref cursor), Text(ref cursor)));
                facts.HybridTopology = kinds;
                break;
            case HEADER_DIR_FORMAT:
                facts.DirectoryVersion = cursor.ReadUInt64("version");
                break;
            case HEADER_E_MACHINE:
                var machine = cursor.ReadUInt32("machine");
                // A recording of one machine that does not name it still has its number.
                if (facts.Architecture.Length == 0)
                    facts.Architecture = ArchitectureOf(machine, isBigEndian);
                break;
            case HEADER_BPF_PROG_INFO:
                facts.BpfPrograms = cursor.ReadUInt32("programs");
                break;
            case FEAT_META_INFO:
                facts.MetaInfo = SimpleperfFile.ReadMetaInfo(ref cursor);
                break;
            case FEAT_FILE:
                facts.Files = SimpleperfFile.ReadAll(section.Span);
                break;
            case FEAT_FILE2:
                facts.Files = SimpleperfFile.ReadAllMessages(section.Span);
                break;
            case HEADER_BRANCH_STACK or HEADER_AUXTRACE or HEADER_STAT or HEADER_MEM_TOPOLOGY or HEADER_BPF_BTF or HEADER_CPU_DOMAIN_INFO or HEADER_CLN_SIZE
                or FEAT_DEBUG_UNWIND or FEAT_DEBUG_UNWIND_FILE or FEAT_ETM_BRANCH_LIST or FEAT_INIT_MAP:
                break; // known, and nothing in it that an analysis needs
            default:
                return false;
        }

        return true;
    }

    /// <summary>As <c>uname -m</c> has it, by <c>e_machine</c> (<c>elf.h</c>); empty when it is none of these.</summary>
    private static string ArchitectureOf(uint machine, bool isBigEndian) => machine switch
    {
        3 => "i686",
        8 => "mips",
        20 => "ppc",
        21 => isBigEndian ? "ppc64" : "ppc64le",
        22 => "s390x",
        40 => "arm",
        43 => "sparc64",
        62 => "x86_64",
        183 => isBigEndian ? "aarch64_be" : "aarch64",
        243 => "riscv64",
        258 => "loongarch64",
        _ => "",
    };

    /// <summary>Names of events, which attributes do not have; by number, as perf takes them.</summary>
    private static void ReadEventNames(PerfDataEvents events, ref SpanCursor cursor)
    {
        var count = Count(ref cursor);
        var size = cursor.ReadUInt32("size of an attribute");
        for (var i = 0; i < count; i++)
        {
            if (size > (uint)cursor.Remaining)
                cursor.ThrowInvalid($"an attribute of at most {cursor.Remaining} bytes", size.ToString(CultureInfo.InvariantCulture));
            cursor.ReadBytes((int)size, "an attribute");
            var ids = cursor.ReadUInt32("count of ids");
            var name = Text(ref cursor);
            if (ids > (uint)cursor.Remaining / 8)
                cursor.ThrowInvalid($"at most {cursor.Remaining / 8} ids", ids.ToString(CultureInfo.InvariantCulture));
            cursor.ReadBytes((int)ids * 8, "ids");
            if (i < events.Attributes.Count)
                events.Attributes[i].Name = name;
        }
    }

    private static void SetLeaders(PerfDataEvents events, List<PerfDataGroup> groups)
    {
        foreach (var group in groups)
        {
            for (var i = group.Leader; i < (ulong)group.Leader + group.Members && i < events.Attributes.Count; i++)
                events.Attributes[(int)i].GroupLeader = (int)group.Leader;
        }
    }

    private static List<string> ReadCaches(ref SpanCursor cursor)
    {
        cursor.ReadUInt32("version");
        var caches = new List<string>();
        for (var left = Count(ref cursor); left > 0; left--)
        {
            var level = cursor.ReadUInt32("level");
            cursor.ReadUInt32("bytes of a line");
            cursor.ReadUInt32("sets");
            cursor.ReadUInt32("ways");
            caches.Add(string.Create(CultureInfo.InvariantCulture, $"L{level} {Text(ref cursor),-15} {Text(ref cursor),8} [{Text(ref cursor)}]"));
        }

        return caches;
    }

    private static List<string> Capabilities(ref SpanCursor cursor, string pmu)
    {
        var list = new List<string>();
        for (var left = Count(ref cursor); left > 0; left--)
        {
            var text = $"{Text(ref cursor)}={Text(ref cursor)}";
            list.Add(pmu.Length == 0 ? text : $"{pmu}: {text}");
        }

        return list;
    }

    private static List<string> Texts(ref SpanCursor cursor)
    {
        var texts = new List<string>();
        for (var left = Count(ref cursor); left > 0; left--)
            texts.Add(Text(ref cursor));
        return texts;
    }

    private static uint Count(ref SpanCursor cursor)
    {
        var count = cursor.ReadUInt32("count");
        if (count > MaximumEntries)
            cursor.ThrowInvalid($"at most {MaximumEntries} entries", count.ToString(CultureInfo.InvariantCulture));
        return count;
    }

    /// <summary>u32 length with padding, then text that ends with NUL (<c>do_write_string</c>).</summary>
    internal static string Text(ref SpanCursor cursor)
    {
        var size = cursor.ReadUInt32("length of a text");
        if (size > (uint)cursor.Remaining)
            cursor.ThrowInvalid($"a text of at most {cursor.Remaining} bytes", size.ToString(CultureInfo.InvariantCulture));
        var bytes = cursor.ReadBytes((int)size, "a text");
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Says where the CFA is, one function at a time: who asks for a few addresses need not compile a module's whole CFI.</summary>
/// <remarks>One thread at a time. <c>.eh_frame</c> first, then <c>.debug_frame</c>, of each file in turn.</remarks>
public sealed class CfiFrames : ICfaSource
{
    private readonly ElfImage[] _images;
    private List<(CfiSection Section, FrameDescriptionEntry[] Entries)>? _sections;

    private CfiFrames(ElfImage[] images) => _images = images;

    /// <summary>Opens the CFI of a module; nothing is read before the first question.</summary>
    /// <param name="images">The file that runs, and its separate debug file where there is one.</param>
    public static CfiFrames Open(params ElfImage[] images) => new(images);

    /// <inheritdoc/>
    public bool TryCfa(Svma pc, out int register, out long offset)
    {
        (register, offset) = (0, 0);
        foreach (var (section, entries) in _sections ??= Read())
        {
            int low = 0, high = entries.Length;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (entries[middle].Start <= pc.Value)
                    low = middle + 1;
                else
                    high = middle;
            }

            if (low == 0 || pc.Value - entries[low - 1].Start >= entries[low - 1].Length)
                continue;
            var sink = new RowAt(pc.Value);
            section.Run(entries[low - 1], ref sink);
            if (!sink.IsFound || sink.Row.Cfa.Kind != RegisterRuleKind.ValOffset)
                continue;
            (register, offset) = ((int)sink.Row.CfaRegister, sink.Row.Cfa.Value);
            return true;
        }

        return false;
    }

    private List<(CfiSection, FrameDescriptionEntry[])> Read()
    {
        var sections = new List<(CfiSection, FrameDescriptionEntry[])>();
        foreach (var image in _images)
        {
            foreach (var name in (ReadOnlySpan<string>)[".eh_frame", ".debug_frame"])
            {
                if (TryOpen(image, name) is { } section)
                    sections.Add((section, Entries(section)));
            }
        }

        return sections;
    }

    private static CfiSection? TryOpen(ElfImage image, string name)
    {
        try
        {
            return CfiSection.TryOpen(image, name);
        }
        catch (BadDataException)
        {
            return null; // damaged: as if it were not there
        }
    }

    private static FrameDescriptionEntry[] Entries(CfiSection section)
    {
        var entries = new List<FrameDescriptionEntry>();
        for (; ; )
        {
            var status = section.TryReadNext(out var entry);
            if (status == CfiStatus.Ok)
                entries.Add(entry);
            else if (status != CfiStatus.BadEntry)
                break;
        }

        entries.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return [.. entries];
    }

    private struct RowAt(ulong pc) : ICfiRowSink
    {
        public bool IsFound;
        public CfiRow Row;

        public void Add(ulong start, ulong end, in CfiRow row)
        {
            if (pc < start || pc >= end)
                return;
            IsFound = true;
            Row = row;
        }
    }
}

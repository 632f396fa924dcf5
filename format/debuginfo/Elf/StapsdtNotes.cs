using System.Text;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>One marker of a program (USDT) as <c>.note.stapsdt</c> describes it.</summary>
/// <param name="Provider">Its provider.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its instruction, a <c>nop</c>; prelinking undone.</param>
/// <param name="Semaphore">Its counter, prelinking undone; 0 when it has none.</param>
/// <param name="Arguments">As the assembler wrote them: <c>-4@%edi 8@-16(%rbp)</c>.</param>
public sealed record StapsdtNote(string Provider, string Name, Svma Address, Svma Semaphore, string Arguments);

/// <summary>The markers of a file.</summary>
/// <remarks>
/// SystemTap, "UserSpaceProbeImplementation". Owner <c>stapsdt</c>, type 3: three addresses (pc, link-time address of <c>.stapsdt.base</c>, semaphore), then provider, name and
/// arguments, each with a NUL. The note is not relocated when a file is prelinked, the section is: what it moved by is added.
/// </remarks>
public static class StapsdtNotes
{
    /// <summary><c>NT_STAPSDT</c>.</summary>
    public const uint NT_STAPSDT = 3;

    /// <summary>Bytes of all such notes: libjvm has 53 KB, a libc with all of its markers 10 KB.</summary>
    private const ulong MaximumBytes = 16 << 20;

    /// <summary>Reads all of them, in the order of the file; several places of one marker are several notes.</summary>
    /// <param name="image">A file with its section headers: the notes are in no segment.</param>
    /// <param name="damage">What is wrong with the notes, where some could not be read; null when nothing is.</param>
    public static IReadOnlyList<StapsdtNote> Read(ElfImage image, out string? damage)
    {
        damage = null;
        var notes = new List<StapsdtNote>();
        ulong? baseAddress = image.TrySection(".stapsdt.base", out var baseSection) && baseSection.Address.Value != 0 ? baseSection.Address.Value : null;
        foreach (ref readonly var section in image.Sections)
        {
            if (section.Type != SHT_NOTE || section.Name != ".note.stapsdt")
                continue;
            if (section.Size > MaximumBytes || !image.TryStoredData(section, out var data))
                damage ??= $".note.stapsdt: {section.Size} bytes that are not at hand";
            else if (!ReadAll(image, data.Span, baseAddress, notes, out var at))
                damage ??= $".note.stapsdt+0x{at:x}: not a note of type NT_STAPSDT with three addresses and three texts";
        }

        return notes;
    }

    private static bool ReadAll(ElfImage image, ReadOnlySpan<byte> data, ulong? baseAddress, List<StapsdtNote> notes, out int at)
    {
        var whole = true;
        at = 0;
        var c = new SpanCursor(data, ".note.stapsdt", image.IsBigEndian);
        while (c.Remaining > 0)
        {
            var start = c.Position;
            if (!c.TryReadUInt32(out var nameSize) || !c.TryReadUInt32(out var descriptorSize) || !c.TryReadUInt32(out var type) || nameSize > (uint)c.Remaining ||
                !c.TryReadBytes((int)nameSize, out var owner) || !TryAlign(ref c) || descriptorSize > (uint)c.Remaining || !c.TryReadBytes((int)descriptorSize, out var descriptor) || !TryAlign(ref c))
            {
                at = start;
                return false; // where the next one would begin is not known
            }

            if (!owner.SequenceEqual("stapsdt\0"u8) || type != NT_STAPSDT)
                continue;
            if (TryRead(image, descriptor, baseAddress) is { } note)
            {
                notes.Add(note);
            }
            else if (whole)
            {
                at = start;
                whole = false;
            }
        }

        return whole;
    }

    private static bool TryAlign(ref SpanCursor c) => c.TrySeek(Math.Min((c.Position + 3) & ~3, c.Position + c.Remaining));

    private static StapsdtNote? TryRead(ElfImage image, ReadOnlySpan<byte> descriptor, ulong? baseAddress)
    {
        var c = new SpanCursor(descriptor, ".note.stapsdt", image.IsBigEndian);
        if (!TryWord(ref c, image.Is64Bit, out var pc) || !TryWord(ref c, image.Is64Bit, out var linkBase) || !TryWord(ref c, image.Is64Bit, out var semaphore) ||
            !c.TryReadCString(out var provider) || !c.TryReadCString(out var name) || !c.TryReadCString(out var arguments) || provider.Length == 0 || name.Length == 0)
        {
            return null;
        }

        var moved = baseAddress is { } now && linkBase != 0 ? unchecked(now - linkBase) : 0;
        return new StapsdtNote(Encoding.UTF8.GetString(provider), Encoding.UTF8.GetString(name), new Svma(unchecked(pc + moved)), new Svma(semaphore == 0 ? 0 : unchecked(semaphore + moved)),
            Encoding.UTF8.GetString(arguments));
    }

    private static bool TryWord(ref SpanCursor c, bool is64Bit, out ulong value)
    {
        value = 0;
        if (is64Bit)
            return c.TryReadUInt64(out value);
        if (!c.TryReadUInt32(out var word))
            return false;
        value = word;
        return true;
    }
}

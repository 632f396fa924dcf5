using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>A <c>.eh_frame</c> or <c>.debug_frame</c> section, read entry by entry.</summary>
/// <remarks>
/// The two differ in how an FDE names its CIE, in the end marker and in augmentations (LSB 5.0 Core §10.6; DWARF 5 §6.4.1, §7.24).
/// Not safe for several threads: parsed CIEs are kept.
/// </remarks>
public sealed partial class CfiSection
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly ulong _address;
    private readonly PointerBases _bases;
    private readonly bool _is64Bit, _bigEndian;
    private readonly Dictionary<int, CommonInformationEntry?> _common = [];
    private CommonInformationEntry? _lastCommon;
    private int _position;

    private CfiSection(ElfImage image, string name, in ElfSection section, ReadOnlyMemory<byte> data)
    {
        Name = name;
        IsEhFrame = name == ".eh_frame";
        _data = data;
        _address = section.Address.Value;
        _is64Bit = image.Is64Bit;
        _bigEndian = image.IsBigEndian;
        _bases = new PointerBases
        {
            Text = image.TrySection(".text", out var text) ? text.Address.Value : 0,
            Data = image.TrySection(".got", out var got) ? got.Address.Value : 0,
        };
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary><c>.eh_frame</c>, else <c>.debug_frame</c>.</summary>
    public bool IsEhFrame { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>The first thing found wrong; null while nothing was.</summary>
    public BadDataException? FirstDamage { get; private set; }

    /// <summary>Opens a section of a file; null when it is not there or not at hand.</summary>
    /// <param name="image">The file.</param>
    /// <param name="name"><c>.eh_frame</c> or <c>.debug_frame</c>.</param>
    /// <exception cref="BadDataException">It is compressed and damaged.</exception>
    public static CfiSection? TryOpen(ElfImage image, string name)
    {
        foreach (var section in OpenAll(image, name))
            return section;
        return null;
    }

    /// <summary>Opens every section of that name whose bytes are at hand: one, in all but odd files. Of <c>.debug_frame</c> also <c>.zdebug_frame</c>.</summary>
    /// <param name="image">The file.</param>
    /// <param name="name"><c>.eh_frame</c> or <c>.debug_frame</c>.</param>
    /// <exception cref="BadDataException">It is compressed and damaged.</exception>
    public static IEnumerable<CfiSection> OpenAll(ElfImage image, string name)
    {
        for (var i = 0; i < image.Sections.Length; i++)
        {
            var section = image.Sections[i];
            if ((section.Name == name || section.Name == ".zdebug_frame" && name == ".debug_frame") && image.TrySectionData(section, out var data))
                yield return new CfiSection(image, name, section, data);
        }
    }

    /// <summary>Reads up to and including the next FDE.</summary>
    /// <returns><see cref="CfiStatus.Ok"/> with an entry; <see cref="CfiStatus.BadEntry"/>: call again; anything else ends the section.</returns>
    public CfiStatus TryReadNext(out FrameDescriptionEntry entry)
    {
        entry = default;
        for (; ; )
        {
            var c = new SpanCursor(_data.Span, Name, _bigEndian);
            c.TrySeek(_position);
            if (c.Remaining == 0)
                return CfiStatus.EndOfSection;
            var start = _position;
            if (!TryReadLength(ref c, out var end, out var dwarf64))
                return Damage(CfiStatus.BadSection, start, "an entry length within the section", "another");
            if (end == c.Position) // length 0: end of .eh_frame; padding in .debug_frame
            {
                _position = end;
                if (IsEhFrame)
                {
                    _position = _data.Length;
                    return CfiStatus.EndOfSection;
                }

                continue;
            }

            _position = end;
            var pointerAt = c.Position;
            if (!TryReadCiePointer(ref c, end, dwarf64, out var pointer))
                return Damage(CfiStatus.BadEntry, start, "a CIE pointer", "the entry's end");
            if (IsEhFrame ? pointer == 0 : pointer == (dwarf64 ? ulong.MaxValue : uint.MaxValue))
                continue; // a CIE is read when its first FDE asks for it
            var common = IsEhFrame
                ? pointer <= (ulong)pointerAt ? Common(pointerAt - (int)pointer) : null
                : pointer < (ulong)_data.Length ? Common((int)pointer) : null;
            if (common is null)
                return Damage(CfiStatus.BadEntry, start, "a readable CIE", $"pointer 0x{pointer:x}");
            return TryReadRange(ref c, start, end, common, out entry) ? CfiStatus.Ok : Damage(CfiStatus.BadEntry, start, "an address range", "another encoding or the entry's end");
        }
    }

    private bool TryReadRange(ref SpanCursor c, int start, int end, CommonInformationEntry common, out FrameDescriptionEntry entry)
    {
        entry = default;
        if (!EncodedPointer.TryRead(ref c, common.AddressEncoding, _address, _bases, common.Is64Bit, out var first) ||
            !EncodedPointer.TryReadValue(ref c, (byte)(common.AddressEncoding & 0x0f), common.Is64Bit, out var length))
        {
            return false;
        }

        if (common.HasAugmentationData && (!c.TryReadUleb128(out var skip) || skip > (ulong)c.Remaining || !c.TryReadBytes((int)skip, out _)))
            return false;
        if (c.Position > end || first + length < first)
            return false;
        entry = new FrameDescriptionEntry { Offset = start, Common = common, Start = first, Length = length, InstructionsOffset = c.Position, End = end };
        return true;
    }

    /// <summary>Length field, 32 or 64 bits (DWARF 5 §7.4); the end lies within the section.</summary>
    private static bool TryReadLength(ref SpanCursor c, out int end, out bool dwarf64)
    {
        end = 0;
        dwarf64 = false;
        if (!c.TryReadUInt32(out var length32))
            return false;
        ulong length = length32;
        if (length32 == uint.MaxValue)
        {
            dwarf64 = true;
            if (!c.TryReadUInt64(out length))
                return false;
        }

        if (length > (ulong)c.Remaining)
            return false;
        end = c.Position + (int)length;
        return true;
    }

    /// <summary>CIE pointer or id: 8 bytes in 64-bit DWARF; 4 in 32-bit DWARF and always in .eh_frame (LSB 5.0 Core, tables 10-9 and 10-10).</summary>
    private bool TryReadCiePointer(ref SpanCursor c, int end, bool dwarf64, out ulong pointer)
    {
        pointer = 0;
        if (dwarf64 && !IsEhFrame)
            return c.TryReadUInt64(out pointer) && c.Position <= end;
        if (!c.TryReadUInt32(out var short32) || c.Position > end)
            return false;
        pointer = short32;
        return true;
    }

    internal CfiStatus Damage(CfiStatus status, int offset, string expected, string found)
    {
        FirstDamage ??= new BadDataException("", Name, (ulong)offset, BadDataCode.InvalidValue, expected, found);
        return status;
    }
}

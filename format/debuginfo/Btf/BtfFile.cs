using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Btf.BTF_KIND;

namespace TraceKit.DebugInfo.Btf;

/// <summary>BPF Type Format: the kernel's own description of its types and functions (Documentation/bpf/btf.rst).</summary>
/// <remarks>
/// Checked as a whole when it is opened, references and names included, so nothing that is asked later fails. Flat: an offset and a link of the name table for each type,
/// no object before somebody asks for one. Immutable: any number of threads may ask.
/// </remarks>
public sealed partial class BtfFile : ITypeSource, IFunctionSource
{
    private const ushort Magic = 0xeb9f;
    private const int LeastHeaderBytes = 24;

    /// <summary>Words of this machine's byte order: a type consists of nothing else.</summary>
    private readonly ReadOnlyMemory<byte> _types;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly bool _bigEndian;
    private readonly int _firstType;
    private readonly uint _firstString;

    /// <summary>Words before each type.</summary>
    private readonly int[] _offsets;

    /// <summary>The next type whose name falls in the same bucket, as a local number plus one.</summary>
    private readonly int[] _next;
    private readonly int[] _buckets;

    /// <summary>Whether some enum says that it has a sign: then the others have none. Encoders before pahole 1.24 never said it.</summary>
    private readonly bool _enumsSaySign;

    private BtfFile(ReadOnlyMemory<byte> data, string name, BtfFile? baseFile)
    {
        Name = name;
        Base = baseFile;
        var magic = data.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(data.Span) : (ushort)0;
        _bigEndian = magic == BinaryPrimitives.ReverseEndianness(Magic);
        if (magic != Magic && !_bigEndian)
            BadDataException.Throw("BTF header", 0, BadDataCode.NotThisFormat, "magic number 0xeb9f", data.Length < 2 ? $"{data.Length} bytes" : $"0x{magic:x4}");
        var header = new SpanCursor(data.Span, "BTF header", _bigEndian);
        header.ReadUInt16("magic number");
        var version = header.ReadByte("version");
        if (version != 1)
            BadDataException.Throw("BTF header", 2, BadDataCode.UnsupportedVersion, "version 1", $"{version}");
        header.ReadByte("flags");
        var headerBytes = header.ReadUInt32("hdr_len");
        if (headerBytes < LeastHeaderBytes || headerBytes > data.Length)
            header.ThrowInvalid($"hdr_len of {LeastHeaderBytes} to {data.Length}", $"{headerBytes}");
        _types = Part(ref header, data, headerBytes, "type");
        if (_types.Length % 4 != 0)
            BadDataException.Throw("BTF header", 12, BadDataCode.InvalidValue, "type_len in words of 4 bytes", $"{_types.Length}");
        _strings = Part(ref header, data, headerBytes, "str");
        if (baseFile is not null && baseFile._bigEndian != _bigEndian)
            BadDataException.Throw("BTF header", 0, BadDataCode.InvalidValue, "the byte order of its base", "the other");
        // A base begins with the empty name; of a split file it is the base that does.
        var strings = _strings.Span;
        if (strings.Length == 0 ? baseFile is null && _types.Length > 0 : strings[^1] != 0 || baseFile is null && strings[0] != 0)
            BadDataException.Throw("BTF strings", 0, BadDataCode.InvalidValue, "strings that begin and end with a zero byte", $"{strings.Length} bytes that don't{NeedsBase}");
        if (_bigEndian == BitConverter.IsLittleEndian)
        {
            var swapped = new byte[_types.Length];
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(_types.Span), MemoryMarshal.Cast<byte, uint>(swapped.AsSpan()));
            _types = swapped;
        }

        _firstType = baseFile?.TypeCount ?? 1;
        _firstString = baseFile?.StringEnd ?? 0;
        _offsets = FindTypes();
        _buckets = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_offsets.Length, 16))];
        _next = new int[_offsets.Length];
        CheckTypes(out _enumsSaySign, out var longSize);
        PointerSize = longSize is 4 or 8 ? longSize : baseFile?.PointerSize ?? 8;
    }

    /// <summary>What errors call it, and <see cref="Description"/>: <c>the kernel</c>, <c>module ext4</c>, a path.</summary>
    public string Name { get; }

    /// <summary>The file that this one adds to; null for a complete one.</summary>
    public BtfFile? Base { get; }

    /// <summary>One more than the last type's number; the base's types included, and <c>void</c>, which is 0.</summary>
    public int TypeCount => _firstType + _offsets.Length;

    /// <summary>Bytes of a pointer: as many as a <c>long</c> has.</summary>
    public uint PointerSize { get; }

    /// <inheritdoc/>
    public string Description => "BTF of " + Name;

    private string NeedsBase => Base is null ? " (a module's BTF needs the kernel's as its base)" : "";

    private uint StringEnd => _firstString + (uint)_strings.Length;

    /// <summary>Opens BTF.</summary>
    /// <param name="data">All of <c>/sys/kernel/btf/vmlinux</c>, <c>/sys/kernel/btf/MODULE</c>, or of a <c>.BTF</c> section. Kept, not copied.</param>
    /// <param name="name">What errors and <see cref="Description"/> call it.</param>
    /// <param name="baseFile">What a module's types build on: those of the kernel it is loaded in; null for a complete file.</param>
    /// <exception cref="BadDataException">It is not BTF, damaged, or of another base.</exception>
    public static BtfFile Parse(ReadOnlyMemory<byte> data, string name, BtfFile? baseFile = null)
    {
        try
        {
            return new BtfFile(data, name, baseFile);
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            throw e.WithFile(name);
        }
    }

    /// <summary>Opens the <c>.BTF</c> section of an ELF file: of a <c>vmlinux</c>, of a module (with the kernel's as base), of a BPF object.</summary>
    /// <returns>null when it has none.</returns>
    /// <exception cref="BadDataException">The section is damaged.</exception>
    public static BtfFile? FromElf(ElfImage image, BtfFile? baseFile = null) =>
        image.TrySectionData(".BTF", out var data) ? Parse(data, image.Name, baseFile) : null;

    /// <summary>Whether bytes begin as BTF does.</summary>
    public static bool IsBtf(ReadOnlySpan<byte> data) => data.Length >= 2 && BinaryPrimitives.ReadUInt16LittleEndian(data) is Magic or 0x9feb;

    /// <summary>A type by its number.</summary>
    /// <param name="id">Under <see cref="TypeCount"/>.</param>
    /// <returns>null for 0, which is <c>void</c>. What is no type (functions, variables, sections) stands for the type behind it.</returns>
    public DebugType? Type(uint id)
    {
        for (var steps = 0; id != 0 && steps < InputLimits.Depth; steps++)
        {
            var file = Owner(id);
            var kind = file.Kind(id);
            if (kind is not (BTF_KIND_FUNC or BTF_KIND_VAR or BTF_KIND_DECL_TAG))
                return new BtfType(file, id, kind);
            id = file.SizeOrType(id);
        }

        return null;
    }

    internal BtfFile Owner(uint id)
    {
        var file = this;
        while (id < file._firstType)
            file = file.Base!;
        return file;
    }

    internal int Kind(uint id) => (int)(Words[At(id) + 1] >> 24) & 0x1f;

    internal int Vlen(uint id) => (int)(Words[At(id) + 1] & 0xffff);

    internal bool KindFlag(uint id) => Words[At(id) + 1] >> 31 != 0;

    internal uint SizeOrType(uint id) => Words[At(id) + 2];

    internal uint NameOffset(uint id) => Words[At(id)];

    /// <summary>A word of what follows the three words that every type has.</summary>
    internal uint Extra(uint id, int word) => Words[At(id) + 3 + word];

    /// <summary>Whether enums without the flag are of numbers below zero too: nobody could say it when the file was made.</summary>
    internal bool EnumsMayBeSigned => !_enumsSaySign && (Base is null || Base.EnumsMayBeSigned);

    /// <summary>A name; null for the empty one.</summary>
    internal string? String(uint offset)
    {
        var bytes = StringBytes(offset);
        return bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes);
    }

    internal ReadOnlySpan<byte> StringBytes(uint offset)
    {
        var file = this;
        while (offset < file._firstString)
            file = file.Base!;
        var rest = file._strings.Span[(int)(offset - file._firstString)..];
        return rest[..rest.IndexOf((byte)0)];
    }

    private int At(uint id) => _offsets[(int)id - _firstType];

    private ReadOnlySpan<uint> Words => MemoryMarshal.Cast<byte, uint>(_types.Span);

    private static ReadOnlyMemory<byte> Part(ref SpanCursor header, ReadOnlyMemory<byte> data, uint headerBytes, string what)
    {
        var offset = header.ReadUInt32(what + "_off");
        var start = header.ValueStart;
        var length = header.ReadUInt32(what + "_len");
        if ((ulong)headerBytes + offset + length > (ulong)data.Length)
            BadDataException.Throw("BTF header", (ulong)start, BadDataCode.Truncated, $"{what}_off and {what}_len inside of {data.Length} bytes", $"{headerBytes} + {offset} + {length}");
        return data.Slice((int)(headerBytes + offset), (int)length);
    }
}

using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Go;

/// <summary>
/// Go's own table of functions (<c>.gopclntab</c>): names, source lines, inlined calls and stack depths, in every Go program, stripped or not.
/// </summary>
/// <remarks>
/// <para>Layout (golang.org/s/go12symtab; <c>cmd/link/internal/ld/pcln.go</c>, <c>runtime/symtab.go</c>); words are of the pointer size:</para>
/// <code>
/// all       u32 magic, 00 00, u8 quantum, u8 pointer size
/// 1.2       word functions; functions x {word address, word offset of _func}, word end; u32 offset of the file table; the rest by offset
/// 1.16      word functions, word files, words: offsets of names, CU table, file table, pc tables, functions
/// 1.18      word functions, word files, word text start, the same five offsets; functions x {u32 address - text start, u32 offset of _func}, u32 end
/// </code>
/// <para>Parsed lazily: opening looks at the header only. What lies outside of the table is treated as absent and counted in <see cref="Damaged"/>. One thread at a time
/// for <see cref="Resolve"/>; all else is immutable.</para>
/// </remarks>
public sealed partial class GoPclntab
{
    /// <summary>Functions of the largest programs seen: 300 thousand.</summary>
    private const int MaximumFunctions = 1 << 24;

    private readonly ElfImage _image;
    private readonly ReadOnlyMemory<byte> _data;
    private readonly bool _bigEndian;
    private readonly ulong _textStart;
    private readonly int _pointerSize, _quantum;
    private readonly int _names, _cuTable, _files, _pcTables, _functions;
    private readonly ulong _gofunc;

    private readonly ReadAt? _read;

    private GoPclntab(ElfImage image, ReadOnlyMemory<byte> data, Svma address, ReadAt? read)
    {
        _image = image;
        _read = read;
        _data = data;
        _bigEndian = image.IsBigEndian;
        Address = address;
        var span = data.Span;
        GoLocator.TryVersion(U32(0), out var version);
        Version = version;
        _quantum = span[6];
        _pointerSize = span[7];
        var count = Word(8);
        if (version == GoPclntabVersion.Go12)
        {
            _functions = 8 + _pointerSize;
            var fileTableAt = (ulong)_functions + (count * 2 + 1) * (ulong)_pointerSize;
            if (count > MaximumFunctions || fileTableAt + 4 > (ulong)span.Length)
                throw Bad(8, "functions within the table", count);
            _files = Offset((int)fileTableAt, U32((int)fileTableAt), "file table");
        }
        else
        {
            var at = 8 + 2 * _pointerSize;
            if (version >= GoPclntabVersion.Go118)
            {
                _textStart = Word(at);
                at += _pointerSize;
            }

            _names = Offset(at, Word(at), "names");
            _cuTable = Offset(at + _pointerSize, Word(at + _pointerSize), "CU table");
            _files = Offset(at + 2 * _pointerSize, Word(at + 2 * _pointerSize), "file table");
            _pcTables = Offset(at + 3 * _pointerSize, Word(at + 3 * _pointerSize), "pc tables");
            _functions = Offset(at + 4 * _pointerSize, Word(at + 4 * _pointerSize), "functions");
            if (count > MaximumFunctions || count * 2 * (ulong)EntrySize + (ulong)EntrySize > (ulong)(span.Length - _functions))
                throw Bad(8, "functions within the table", count);
        }

        Count = (int)count;
        var module = GoModuleData.TryFind(image, this);
        if (version >= GoPclntabVersion.Go118 && !IsText(_textStart))
            _textStart = FindText(module);
        (_gofunc, MissingInlines) = FindInlines(module);
        ModuleData = module?.Extent;
    }

    /// <summary>Which layout it has.</summary>
    public GoPclntabVersion Version { get; }

    /// <summary>Where the table is loaded.</summary>
    public Svma Address { get; }

    /// <summary>Bytes at hand from its start; the table may be shorter where it has no section of its own.</summary>
    public int Length => _data.Length;

    /// <summary>Functions, by address.</summary>
    public int Count { get; }

    /// <summary>Why inlined calls cannot be told apart from the functions they are in; empty when they can.</summary>
    public string MissingInlines { get; }

    /// <summary>Offsets that led out of the table, so far.</summary>
    public int Damaged { get; private set; }

    /// <summary>Where <c>runtime.firstmoduledata</c> stands in the file; null when it was not found or not needed.</summary>
    internal SnapshotExtent? ModuleData { get; }

    /// <summary>Bytes of the table's own, as far as can be told without reading it: in the layouts since 1.16 the functions come last.</summary>
    internal int OwnLength
    {
        get
        {
            // What follows the last function is its pcdata and funcdata; 1 KB is more than any has.
            var last = Version == GoPclntabVersion.Go12 || Count == 0 ? -1 : FunctionOffset(Count - 1);
            return last < 0 ? Length : Math.Min(Length, last + 1024);
        }
    }

    /// <summary>First address of the code that the table is about; 0 when there are no functions.</summary>
    public Svma TextStart => Count == 0 ? default : EntryOf(0);

    /// <summary>First address after that code.</summary>
    public Svma TextEnd => Count == 0 ? default : EntryOf(Count);

    private int EntrySize => Version >= GoPclntabVersion.Go118 ? 4 : _pointerSize;

    /// <summary>Whether the Go tool chain made a file, stripped or not: by its sections or notes.</summary>
    public static bool IsGo(ElfImage image) => GoLocator.IsGo(image);

    /// <summary>Opens the table of a file.</summary>
    /// <returns>Null when the file was not made by Go or its table is not at hand.</returns>
    /// <exception cref="BadDataException">There is a table, and its header cannot be right.</exception>
    public static GoPclntab? TryOpen(ElfImage image) => TryOpen(image, null);

    /// <summary>As <see cref="TryOpen(ElfImage)"/>, where inlining trees that the image does not hold may be read from the file.</summary>
    internal static GoPclntab? TryOpen(ElfImage image, ReadAt? read)
    {
        if (!GoLocator.IsGo(image))
            return null;
        if (GoLocator.TrySection(image, out var section))
            return image.TryStoredData(section, out var data) && GoLocator.IsHeader(data.Span, image.IsBigEndian) ? Open(image, data, section.Address, read) : null;
        foreach (var (start, length) in GoLocator.Candidates(image))
        {
            foreach (var extent in image.Image.Extents.ToArray())
            {
                // Holes are passed over: a snapshot has the table and little around it.
                var from = Math.Max(start.Value, extent.Offset.Value);
                var to = Math.Min(start.Value + length, extent.Offset.Value + (ulong)extent.Bytes.Length);
                if (start.Value + length < start.Value || from >= to)
                    continue;
                from = (from + 7) & ~7UL;
                var bytes = image.Image.ReadUpTo(new FileOffset(from), to - Math.Min(from, to));
                var at = GoLocator.IndexOfHeader(bytes.Span, image.IsBigEndian);
                if (at >= 0 && image.TryToSvma(new FileOffset(from + (ulong)at), out var address))
                    return Open(image, bytes[at..], address, read);
            }
        }

        return null;
    }

    private static GoPclntab Open(ElfImage image, ReadOnlyMemory<byte> data, Svma address, ReadAt? read)
    {
        try
        {
            if (data.Length < 8 + 8 * data.Span[7])
                BadDataException.Throw(".gopclntab", 0, BadDataCode.Truncated, "a header", $"{data.Length} bytes");
            return new GoPclntab(image, data, address, read);
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            throw e.WithFile(image.Name);
        }
    }

    /// <summary>The function at a position, 0 to <see cref="Count"/> - 1; one without address when the table is damaged there.</summary>
    public GoFunction this[int index]
    {
        get
        {
            var offset = FunctionOffset(index);
            // _func: entry (word, or u32 offset), then 32-bit fields.
            var at = offset + EntrySize;
            var newStyle = Version >= GoPclntabVersion.Go116;
            var tail = at + (Version switch { GoPclntabVersion.Go12 => 28, GoPclntabVersion.Go120 => 36, _ => 32 });
            if (offset < 0 || tail + 4 > _data.Length)
            {
                Damaged++;
                return default;
            }

            // nameoff, args, deferreturn, pcsp, pcfile, pcln, npcdata, [cuOffset, [startLine]], funcID, flag, pad, nfuncdata
            var span = _data.Span;
            return new GoFunction
            {
                Index = index,
                Entry = EntryOf(index),
                End = EntryOf(index + 1),
                NameOffset = (int)U32(at),
                PcSp = U32(at + 12),
                PcFile = U32(at + 16),
                PcLine = U32(at + 20),
                PcDataCount = (int)Math.Min(U32(at + 24), 64),
                CuOffset = newStyle ? U32(at + 28) : 0,
                StartLine = Version == GoPclntabVersion.Go120 ? U32(at + 32) : 0,
                FuncId = span[tail],
                Flags = newStyle ? span[tail + 1] : (byte)0,
                FuncDataCount = span[tail + 3],
                PcDataAt = tail + 4,
            };
        }
    }

    /// <summary>The function that covers an address.</summary>
    public bool TryFind(Svma address, out GoFunction function)
    {
        function = default;
        if (Count == 0 || address < EntryOf(0) || address >= EntryOf(Count))
            return false;
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (EntryOf(middle) <= address)
                low = middle + 1;
            else
                high = middle;
        }

        function = this[low - 1];
        return function.End != default;
    }

    /// <summary>A function's name as Go has it, UTF-8: <c>main.(*T).method</c>. Valid as long as the table.</summary>
    public ReadOnlySpan<byte> NameBytes(in GoFunction function) => TextAt(_names, function.NameOffset);

    /// <summary>See <see cref="NameBytes"/>.</summary>
    public string Name(in GoFunction function) => Encoding.UTF8.GetString(NameBytes(function));

    /// <summary>Where a function's name stands in <see cref="Names"/>; for tables that refer to names instead of copying them.</summary>
    internal int NameOffset(in GoFunction function) => function.NameOffset;

    /// <summary>The bytes that <see cref="NameOffset"/> counts in.</summary>
    internal ReadOnlyMemory<byte> Names => _data[_names..];

    private Svma EntryOf(int index)
    {
        var at = _functions + index * 2 * EntrySize;
        return new Svma(Version >= GoPclntabVersion.Go118 ? _textStart + U32(at) : Word(at));
    }

    private int FunctionOffset(int index)
    {
        var at = _functions + (index * 2 + 1) * EntrySize;
        var offset = (EntrySize == 4 ? U32(at) : Word(at)) + (ulong)(Version == GoPclntabVersion.Go12 ? 0 : _functions);
        return offset < (ulong)_data.Length ? (int)offset : -1;
    }

    private bool IsText(ulong address) => address != 0 && _image.IsCodeAddress(new Svma(address));

    /// <summary>The header's text start is a relocation that some linkers leave 0 in the file.</summary>
    private ulong FindText(GoModuleData? module)
    {
        if (module is not null && IsText(module.Word(GoConstants.ModuleDataText)))
            return module.Word(GoConstants.ModuleDataText);
        if (_image.TrySection(".text", out var text))
            return text.Address.Value;
        throw Bad(8 + 2 * _pointerSize, "the start of the text", _textStart);
    }

    private ReadOnlySpan<byte> TextAt(int table, long offset)
    {
        var at = table + offset;
        if (at < 0 || at >= _data.Length)
            return default;
        var rest = _data.Span[(int)at..];
        rest = rest[..Math.Min(rest.Length, InputLimits.NameBytes)];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private int Offset(int at, ulong value, string what) => value < (ulong)_data.Length ? (int)value : throw Bad(at, $"the {what} within {_data.Length} bytes", value);

    private static BadDataException Bad(int at, string expected, ulong found) =>
        new("", ".gopclntab", (ulong)at, BadDataCode.InvalidValue, expected, $"0x{found:x}");

    /// <summary>A 32-bit number; 0 outside of the table.</summary>
    private uint U32(int at)
    {
        var span = _data.Span;
        if ((uint)at > (uint)span.Length || span.Length - at < 4)
            return 0;
        return _bigEndian ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(span[at..]) : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(span[at..]);
    }

    /// <summary>A number of the pointer size; 0 outside of the table.</summary>
    private ulong Word(int at)
    {
        if (_pointerSize == 4)
            return U32(at);
        return _bigEndian ? (ulong)U32(at) << 32 | U32(at + 4) : U32(at) | (ulong)U32(at + 4) << 32;
    }
}

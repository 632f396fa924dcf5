using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Source;

namespace TraceKit.DebugInfo.Go;

public sealed partial class GoPclntab : ISourceResolver
{
    /// <summary>Functions whose inlining trees are looked at to believe a base address for them.</summary>
    private const int Witnesses = 32;

    private readonly Dictionary<(int Table, long Offset), int> _texts = [];

    // The tables of the function that was asked last: neighbours in a sorted batch are in one function.
    private readonly PcTable _fileOf = new(), _lineOf = new(), _inlinedOf = new();
    private SourceFrames? _textsOf;

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        if (_textsOf != frames)
        {
            _texts.Clear();
            _textsOf = frames;
        }

        var function = default(GoFunction);
        foreach (var address in addresses)
        {
            if ((function.End == default || address < function.Entry || address >= function.End) && TryFind(address, out function))
            {
                _fileOf.Load(this, function.PcFile, function);
                _lineOf.Load(this, function.PcLine, function);
                _inlinedOf.Load(this, MissingInlines.Length == 0 ? InlineTable(function) : 0, function);
            }

            if (function.End != default)
                AddChain(function, address.Value, frames);
            frames.EndAddress();
        }
    }

    private void AddChain(in GoFunction function, ulong pc, SourceFrames frames)
    {
        var tree = MissingInlines.Length == 0 ? TryInlineTree(function) : default;
        for (var depth = 0; ; depth++)
        {
            // An inlined call says at which instruction of the same function its own call stands.
            var index = -1;
            var isInlined = depth < InputLimits.Depth && !tree.IsEmpty && _inlinedOf.TryFind(pc, out index) && index >= 0;
            var entry = isInlined ? InlinedAt(tree, index) : default;
            isInlined &= entry.IsValid;
            var name = isInlined ? entry.Name : function.NameOffset;
            var (file, line) = PlaceOf(function, pc, frames);
            frames.Add(new SourceFrame(Text(frames, _names, name), file, line, 0));
            if (!isInlined)
                return;
            pc = function.Entry.Value + entry.ParentPc;
        }
    }

    private (int File, uint Line) PlaceOf(in GoFunction function, ulong pc, SourceFrames frames)
    {
        var line = _lineOf.TryFind(pc, out var value) && value > 0 ? (uint)value : 0;
        if (!_fileOf.TryFind(pc, out var number) || number < 0)
            return (0, line);
        return (FileText(function, number, frames), line);
    }

    private int FileText(in GoFunction function, int number, SourceFrames frames)
    {
        if (Version == GoPclntabVersion.Go12)
        {
            // The file table: count (itself included), then offsets from the start of everything.
            var offset = number == 0 || (uint)number >= U32(_files) ? 0 : U32((int)Math.Min(_files + 4L * number, int.MaxValue - 4));
            return offset == 0 ? 0 : Text(frames, 0, offset);
        }

        var at = _cuTable + ((long)function.CuOffset + number) * 4;
        var name = at + 4 <= _data.Length ? U32((int)at) : uint.MaxValue;
        return name == uint.MaxValue ? 0 : Text(frames, _files, name);
    }

    private int Text(SourceFrames frames, int table, long offset)
    {
        if (!_texts.TryGetValue((table, offset), out var number))
            _texts.Add((table, offset), number = frames.Intern(Encoding.UTF8.GetString(TextAt(table, offset))));
        return number;
    }

    /// <summary>Offset of the pc table that says which inlined call an instruction belongs to.</summary>
    private uint InlineTable(in GoFunction function) =>
        function.PcDataCount > GoConstants.PCDATA_InlTreeIndex ? U32(function.PcDataAt + 4 * GoConstants.PCDATA_InlTreeIndex) : 0;

    /// <summary>The address of a function's inlining tree; 0 when nothing was inlined into it.</summary>
    internal ulong InlineTreeAddress(in GoFunction function) => InlineTreeAddress(function, _gofunc);

    private ulong InlineTreeAddress(in GoFunction function, ulong gofunc)
    {
        var index = Version == GoPclntabVersion.Go12 ? GoConstants.FUNCDATA_InlTree_Go113 : GoConstants.FUNCDATA_InlTree;
        if (function.FuncDataCount <= index || function.PcDataCount <= GoConstants.PCDATA_InlTreeIndex || InlineTable(function) == 0)
            return 0;
        var at = function.PcDataAt + 4 * function.PcDataCount;
        if (Version >= GoPclntabVersion.Go118)
        {
            var offset = U32(at + 4 * index);
            return offset == uint.MaxValue || gofunc == 0 ? 0 : gofunc + offset;
        }

        at = (at + _pointerSize - 1) & -_pointerSize;
        return Word(at + index * _pointerSize);
    }

    /// <summary>Bytes of one entry of an inlining tree (<c>runtime.inlinedCall</c>).</summary>
    private int InlineEntrySize => Version == GoPclntabVersion.Go120 ? 16 : 20;

    /// <summary>Bytes of a function's inlining tree: as many entries as its pc table speaks of.</summary>
    internal int InlineTreeLength(in GoFunction function)
    {
        var last = -1;
        var values = new PcValues(this, InlineTable(function), function.Entry.Value);
        for (var steps = 0; steps < MaximumSteps && values.TryNext(); steps++)
            last = Math.Max(last, values.Value);
        // Parents that have no instruction of their own left stand before their children.
        return (int)Math.Min((last + 1L) * InlineEntrySize, 1 << 20);
    }

    private ReadOnlySpan<byte> TryInlineTree(in GoFunction function) => ReadTree(InlineTreeAddress(function), 1 << 20);

    private ReadOnlySpan<byte> ReadTree(ulong address, uint length)
    {
        if (address == 0 || !_image.TryToFileOffset(new Svma(address), out var offset))
            return default;
        var bytes = _image.Image.ReadUpTo(offset, length);
        if (!bytes.IsEmpty || _read is null)
            return bytes.Span;
        var read = new byte[length];
        return _read(offset.Value, read) ? read : default;
    }

    private InlinedCall InlinedAt(ReadOnlySpan<byte> tree, int index)
    {
        var at = (long)index * InlineEntrySize;
        if (at + InlineEntrySize > tree.Length)
            return default;
        var entry = tree.Slice((int)at, InlineEntrySize);
        // to 1.19: i16 parent, u8 funcID, pad, i32 file, line, name, parentPc. Since: u8 funcID, pad, i32 name, parentPc, startLine.
        var nameAt = Version == GoPclntabVersion.Go120 ? 4 : 12;
        return new InlinedCall(true, (int)Number(entry[nameAt..]), Number(entry[(nameAt + 4)..]));
    }

    private uint Number(ReadOnlySpan<byte> at) =>
        _bigEndian ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(at) : System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(at);

    /// <summary>Whether a candidate agrees with the table beyond its first word.</summary>
    internal bool IsModuleData(GoModuleData candidate) => Version == GoPclntabVersion.Go12
        ? candidate.Word(1) == candidate.Word(2) && candidate.Word(1) <= (ulong)_data.Length && candidate.Word(1) > (ulong)_files
        : candidate.Word(1) == Address.Value + (ulong)_names && candidate.Word(2) == candidate.Word(3);

    private (ulong Base, string Missing) FindInlines(GoModuleData? module)
    {
        // Before 1.18 functions hold addresses; before 1.13 the tables had other numbers.
        if (Version < GoPclntabVersion.Go118)
            return Believe(0) ? (0UL, "") : (0, "the inlining trees are not at hand, or older than Go 1.13");
        if (module is null)
            return (0, "runtime.firstmoduledata was not found");
        int known = Version == GoPclntabVersion.Go118 ? GoConstants.ModuleDataGofunc118 : GoConstants.ModuleDataGofunc120;
        if (Believe(module.Word(known)))
            return (module.Word(known), "");
        for (var word = GoConstants.ModuleDataGofunc118 - 6; word < GoConstants.ModuleDataGofunc120 + 8; word++)
        {
            if (word != known && Believe(module.Word(word)))
                return (module.Word(word), "");
        }

        return (0, "runtime.firstmoduledata names no place with inlining trees");
    }

    /// <summary>Whether trees counted from a base are trees: names that begin where a name ends, places within the function. Nothing inlined anywhere proves nothing wrong.</summary>
    private bool Believe(ulong gofunc)
    {
        if (Version >= GoPclntabVersion.Go118 && (gofunc == 0 || !_image.TryToFileOffset(new Svma(gofunc), out _)))
            return false;
        int seen = 0, tried = 0;
        for (var i = 0; i < Count && seen < Witnesses; i++)
        {
            var function = this[i];
            var address = InlineTreeAddress(function, gofunc);
            if (address == 0)
                continue;
            if (++tried > Witnesses * 8)
                return false;
            var entry = InlinedAt(ReadTree(address, (uint)InlineEntrySize), 0);
            // In a snapshot trees may be missing; one that is there must be right.
            if (!entry.IsValid)
                continue;
            var name = (long)_names + entry.Name;
            if (entry.Name < 0 || name >= _data.Length || name > _names && _data.Span[(int)name - 1] != 0 || _data.Span[(int)name] == 0 || entry.ParentPc >= function.End.Value - function.Entry.Value)
                return false;
            seen++;
        }

        return seen > 0 || tried == 0;
    }

    private readonly record struct InlinedCall(bool IsValid, int Name, uint ParentPc);
}

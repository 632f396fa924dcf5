using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>The functions of one ELF file by address: <c>.symtab</c> and <c>.dynsym</c> merged, and PLT stubs as <c>name@plt</c>.</summary>
/// <remarks>
/// <para>Which symbols: STT_FUNC, STT_GNU_IFUNC, and STT_NOTYPE in executable sections (assembly labels), defined ones, except mapping symbols (<c>$x</c>) and the linker's section bounds (<c>__start_x</c>, <c>__stop_x</c>).</para>
/// <para>Which of several at one address, as perf chooses (<c>choose_best_symbol</c>): a sized one before an empty one; not weak before weak; global before
/// local; fewer leading underscores; the longer name, both of the name as it is shown (<see cref="ShownName"/>); the first in the file. Names are as stored: a version (<c>name@@V</c>) stays where the file has it.</para>
/// <para>How far one reaches: its stated size; without one, up to the next symbol or the end of its section. An empty symbol inside a sized one is dropped.
/// Where symbols overlap, the one that begins last and covers the address is found.</para>
/// <para>Columns, sorted by address, counted from <see cref="ElfImage.ImageBase"/>; names are offsets into the file's own string tables. Immutable.</para>
/// </remarks>
public sealed partial class SymbolTable
{
    private readonly ulong _base;
    private readonly uint[] _starts;
    private readonly uint[] _ends;
    private readonly NameRef[] _names;
    private readonly int[]? _enclosing; // index of the nearest earlier symbol that reaches further; null when no two overlap
    private readonly ReadOnlyMemory<byte>[] _strings;

    private SymbolTable(ulong imageBase, uint[] starts, uint[] ends, NameRef[] names, int[]? enclosing, ReadOnlyMemory<byte>[] strings)
    {
        _base = imageBase;
        _starts = starts;
        _ends = ends;
        _names = names;
        _enclosing = enclosing;
        _strings = strings;
    }

    /// <summary>A table without symbols.</summary>
    public static SymbolTable Empty { get; } = new(0, [], [], [], null, []);

    /// <summary>Number of symbols.</summary>
    public int Count => _starts.Length;

    /// <summary>The symbol at a position, 0 to <see cref="Count"/> - 1, by address.</summary>
    public Symbol this[int index] => new(index, new Svma(_base + _starts[index]), _ends[index] - _starts[index]);

    /// <summary>The symbol that covers an address.</summary>
    public bool TryFind(Svma address, out Symbol symbol)
    {
        var index = IndexOf(address.Value);
        symbol = index < 0 ? default : this[index];
        return index >= 0;
    }

    /// <summary>The symbols that cover many addresses: one pass where the addresses ascend.</summary>
    /// <param name="addresses">In any order; ascending is fast.</param>
    /// <param name="indexes">Filled for each address: position in the table, or -1.</param>
    public void Find(ReadOnlySpan<Svma> addresses, Span<int> indexes)
    {
        var hint = -1;
        for (var i = 0; i < addresses.Length; i++)
        {
            // Neighbours are often in the same symbol or the next.
            var relative = addresses[i].Value - _base;
            if (hint >= 0 && relative >= _starts[hint] && relative < _ends[hint] && (hint + 1 == _starts.Length || relative < _starts[hint + 1]))
            {
                indexes[i] = hint;
                continue;
            }

            indexes[i] = hint = IndexOf(addresses[i].Value);
        }
    }

    /// <summary>The name's bytes as the file has them (UTF-8 or ASCII, mangled), without the NUL. Valid as long as the table.</summary>
    public ReadOnlySpan<byte> NameBytes(int index)
    {
        var name = _names[index];
        return NameAt(_strings, name);
    }

    /// <summary>The name as text; made anew on each call.</summary>
    public string Name(int index) => Encoding.UTF8.GetString(NameBytes(index));

    /// <summary>The first symbol of that name; a search through all names, for probes and tests.</summary>
    public bool TryFindName(ReadOnlySpan<byte> name, out Symbol symbol)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (NameBytes(i).SequenceEqual(name))
            {
                symbol = this[i];
                return true;
            }
        }

        symbol = default;
        return false;
    }

    private int IndexOf(ulong address)
    {
        var relative = address - _base;
        if (relative > uint.MaxValue)
            return -1;
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_starts[middle] <= relative)
                low = middle + 1;
            else
                high = middle;
        }

        var i = low - 1;
        for (var steps = 0; i >= 0 && relative >= _ends[i]; steps++)
        {
            if (_enclosing is null || steps == InputLimits.Depth)
                return -1;
            i = _enclosing[i];
        }

        return i;
    }

    private static ReadOnlySpan<byte> NameAt(ReadOnlyMemory<byte>[] strings, NameRef name)
    {
        var rest = strings[name.Table].Span;
        if (name.Offset >= (uint)rest.Length)
            return default;
        rest = rest[(int)name.Offset..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>A name: which string table, and where in it.</summary>
    private readonly struct NameRef(byte table, uint offset)
    {
        public readonly uint Offset = offset;
        public readonly byte Table = table;
    }
}

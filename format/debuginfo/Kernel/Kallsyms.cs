using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The kernel's functions by address: from the text of <c>/proc/kallsyms</c>, or from the compact form that travels in a trace.</summary>
/// <remarks>
/// Held as flat arrays; no string is made before somebody asks for that symbol. Immutable: any number of threads may look up.
/// The compact form is described in this folder's README.md.
/// </remarks>
public sealed partial class Kallsyms
{
    /// <summary>perf gives the last symbol before a change of module, and the very last one, whole pages.</summary>
    private const ulong PageBytes = 4096;

    private readonly ReadOnlyMemory<byte> _names;
    private readonly ulong[] _starts;
    private readonly int[] _nameOffsets;
    private readonly ushort[] _modules;
    private readonly byte[] _flags;
    private readonly string[] _moduleNames;

    private Kallsyms(
        KallsymsState state, ReadOnlyMemory<byte> names, ulong[] starts, int[] nameOffsets, ushort[] modules, byte[] flags, string[] moduleNames)
    {
        State = state;
        _names = names;
        _starts = starts;
        _nameOffsets = nameOffsets;
        _modules = modules;
        _flags = flags;
        _moduleNames = moduleNames;
    }

    /// <summary>Whether there is anything to find, and if not, why.</summary>
    public KallsymsState State { get; }

    /// <summary>One line for the user that says what <see cref="State"/> means and how to mend it; empty when present.</summary>
    public string Reason => State switch
    {
        KallsymsState.Hidden => "kernel addresses are hidden (kernel.kptr_restrict); record as root or set kernel.kptr_restrict to 0",
        KallsymsState.Empty => "/proc/kallsyms lists no function",
        _ => "",
    };

    /// <summary>Symbols, aliases included, in address order.</summary>
    public int Count => _starts.Length;

    /// <summary>Module names as symbols refer to them; the first is empty and means the kernel itself.</summary>
    public IReadOnlyList<string> Modules => _moduleNames;

    /// <summary>The symbol at <paramref name="index"/> of <see cref="Count"/>, in address order.</summary>
    public KernelSymbol this[int index] =>
        new(Name(index), new Avma(_starts[index]), Size(index), _moduleNames[_modules[index]], TypeLetter(_flags[index]));

    /// <summary>Finds the function that holds <paramref name="address"/>.</summary>
    /// <remarks>Of several names at one address, the one that the kernel lists last: perf's choice.</remarks>
    public bool TryFind(Avma address, out KernelSymbol symbol)
    {
        var index = UpperBound(address.Value) - 1;
        if (index < 0 || address.Value - _starts[index] >= Size(index) || IsEndOfText(index))
        {
            symbol = default;
            return false;
        }

        symbol = this[index];
        return true;
    }

    /// <summary>Finds a symbol by its whole name, by a scan: for the few names that anchor the kernel (<c>_text</c>, <c>_stext</c>).</summary>
    public bool TryFindByName(string name, out KernelSymbol symbol)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < Count; i++)
        {
            if (!NameEquals(i, wanted))
                continue;
            symbol = this[i];
            return true;
        }

        symbol = default;
        return false;
    }

    /// <summary>The address of the symbol at <paramref name="index"/> of <see cref="Count"/>.</summary>
    public Avma StartOf(int index) => new(_starts[index]);

    /// <summary>The name of a function; false for the padding before one (<c>__pfx_NAME</c>), which is no function.</summary>
    /// <param name="index">Under <see cref="Count"/>.</param>
    /// <param name="name">As the kernel spells it. Valid as long as this object.</param>
    public bool TryFunctionName(int index, out ReadOnlySpan<byte> name)
    {
        name = NameBytes(index);
        return (_flags[index] & PrefixedFlag) == 0 && !name.StartsWith(Prefix);
    }

    /// <summary>The address of any symbol, data included, in the text of <c>/proc/kallsyms</c>; functions are better asked of <see cref="TryFindByName"/>.</summary>
    /// <param name="read">Gives the text in pieces, until it returns 0.</param>
    /// <param name="name">Its whole name.</param>
    /// <param name="isModule">Whether a module's symbol counts.</param>
    /// <returns>null when there is none, or all addresses are hidden.</returns>
    public static Avma? FindAddress(ReadPiece read, string name, bool isModule = false)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        var buffer = new byte[64 << 10];
        for (var used = 0; ;)
        {
            var count = Math.Max(read(buffer.AsSpan(used)), 0);
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, used + count);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                var line = rest[..end];
                if (line.Length < 20 || line[16] != ' ' || line[18] != ' ' || !line[19..].StartsWith(wanted))
                    continue;
                var after = line[(19 + wanted.Length)..];
                if ((after.IsEmpty || isModule && after[0] == (byte)'\t') && ulong.TryParse(line[..16], System.Globalization.NumberStyles.AllowHexSpecifier, null, out var address) && address != 0)
                    return new Avma(address);
            }

            if (count == 0)
                return null;
            // A line longer than the buffer is none of the kernel's.
            used = rest.Length == buffer.Length ? 0 : rest.Length;
            rest[..used].CopyTo(buffer);
        }
    }

    private int UpperBound(ulong address)
    {
        int low = 0, high = _starts.Length;
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            if (_starts[middle] <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>To the next symbol; at the end of a module, to the end of the page after (symbols__fixup_end of perf). Zero for the earlier of two aliases.</summary>
    private ulong Size(int index)
    {
        var start = _starts[index];
        var pages = ((start + (2 * PageBytes) - 1) & ~(PageBytes - 1)) - start;
        if (index + 1 >= _starts.Length)
            return pages;
        var gap = _starts[index + 1] - start;
        return _modules[index] == _modules[index + 1] ? gap : Math.Min(gap, pages);
    }

    /// <summary>Where the linker's names for the ends of code stand there is none: what follows are the kernel's data, up to the next function.</summary>
    private bool IsEndOfText(int index) => (_flags[index] & PrefixedFlag) == 0 && NameBytes(index) is var name && (name.SequenceEqual("_etext"u8) || name.SequenceEqual("_einittext"u8));

    private string Name(int index)
    {
        var bytes = NameBytes(index);
        return (_flags[index] & PrefixedFlag) == 0 ? Encoding.UTF8.GetString(bytes) : "__pfx_" + Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The name as stored: without <c>__pfx_</c> where the flag says so.</summary>
    private ReadOnlySpan<byte> NameBytes(int index)
    {
        var rest = _names.Span[_nameOffsets[index]..];
        return rest[..rest.IndexOf((byte)0)];
    }

    private bool NameEquals(int index, ReadOnlySpan<byte> wanted)
    {
        if ((_flags[index] & PrefixedFlag) == 0)
            return NameBytes(index).SequenceEqual(wanted);
        return wanted.StartsWith("__pfx_"u8) && NameBytes(index).SequenceEqual(wanted[6..]);
    }

    private static char TypeLetter(byte flags) => (flags & TypeMask) switch { 0 => 't', 1 => 'T', 2 => 'w', _ => 'W' };
}

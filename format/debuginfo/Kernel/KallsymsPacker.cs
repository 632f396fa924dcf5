using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>Packs the text of <c>/proc/kallsyms</c> into the compact form while it is read: for the recorder, whose time and memory are the host's.</summary>
/// <remarks>One pass; what it holds is what it gives out. The result is read by <see cref="Kallsyms.ReadCompact"/>.</remarks>
public sealed class KallsymsPacker
{
    private readonly Dictionary<string, int> _moduleNumbers = new(StringComparer.Ordinal) { [""] = 0 };
    private byte[] _moduleNames = new byte[256];
    private byte[] _runs = new byte[256];
    // Room for the largest kernels seen, 300,000 symbols: what is not touched takes no memory, and growing would copy it all.
    private byte[] _flags = GC.AllocateUninitializedArray<byte>(384 << 10);
    private byte[] _numbers = GC.AllocateUninitializedArray<byte>(768 << 10);
    private byte[] _names = GC.AllocateUninitializedArray<byte>(4 << 20);
    private byte[] _module = [];
    private int _moduleNameBytes = 1; // the first is empty
    private int _runBytes;
    private int _runModule;
    private int _run;
    private int _numberBytes;
    private int _nameBytes;
    private int _lastName;
    private bool _lastMayBePrefix;
    private ulong _lastAddress;
    private ulong _anyAddress;

    /// <summary>Reads the kernel's text in pieces.</summary>
    /// <param name="read">Called until it returns 0 or less.</param>
    public static KallsymsPacker Read(Kallsyms.ReadPiece read)
    {
        var packer = new KallsymsPacker();
        var buffer = GC.AllocateUninitializedArray<byte>(32 << 10);
        var used = 0;
        while (true)
        {
            var count = Math.Max(read(buffer.AsSpan(used)), 0);
            var rest = packer.AddLines(buffer.AsSpan(0, used + count), isLast: count == 0);
            if (count == 0)
                break;
            // A line longer than the buffer is none of the kernel's: it is passed over.
            if (rest.Length == buffer.Length)
                rest = default;
            rest.CopyTo(buffer);
            used = rest.Length;
        }

        packer.EndRun();
        return packer;
    }

    /// <summary>Functions, aliases included.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is anything to find later, and if not, why.</summary>
    public KallsymsState State => Count == 0 ? KallsymsState.Empty : _anyAddress == 0 ? KallsymsState.Hidden : KallsymsState.Present;

    /// <summary>Gets a piece of the compact form.</summary>
    /// <param name="piece">Valid during the call.</param>
    public delegate void PieceSink(ReadOnlySpan<byte> piece);

    /// <summary>Gives out the compact form, piece after piece.</summary>
    public void Write(PieceSink sink)
    {
        var present = State == KallsymsState.Present;
        Span<byte> header = stackalloc byte[Kallsyms.HeaderBytes];
        header.Clear();
        header[0] = Kallsyms.CompactVersion;
        header[1] = (byte)State;
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], present ? (uint)_moduleNumbers.Count : 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], present ? (uint)(_moduleNameBytes + _runBytes) : 1);
        if (present)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)Count);
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)_numberBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)_nameBytes);
        }

        sink(header);
        sink(_moduleNames.AsSpan(0, present ? _moduleNameBytes : 1));
        if (!present)
            return;
        sink(_runs.AsSpan(0, _runBytes));
        sink(_flags.AsSpan(0, Count));
        sink(_numbers.AsSpan(0, _numberBytes));
        sink(_names.AsSpan(0, _nameBytes));
    }

    /// <summary>Takes whole lines; what follows the last newline is given back.</summary>
    private ReadOnlySpan<byte> AddLines(ReadOnlySpan<byte> text, bool isLast)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0 && !isLast)
                return text;
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            // ADDRESS T NAME[\t[MODULE]]; the address has 16 digits where pointers have 64 bits.
            if (line.Length < 20 || line[16] != ' ' || line[18] != ' ' || TypeFlag(line[17]) is var type && type > 3 || !TryHex(line, out var address))
                continue;
            var name = line[19..];
            ReadOnlySpan<byte> module = default;
            // Only the modules' lines have a tab, and they end with a bracket.
            if (name[^1] == ']' && name.LastIndexOf("\t["u8) is var tab && tab > 0)
            {
                module = name[(tab + 2)..^1];
                name = name[..tab];
            }

            // '$x', '$d': mapping symbols of ARM, which perf leaves out too.
            if (name[0] != '$' && !name.Contains((byte)0))
                Add(address, (byte)type, name, module);
        }

        return default;
    }

    private void Add(ulong address, byte type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> module)
    {
        if (_run == 0 || !module.SequenceEqual(_module))
            BeginRun(module);
        _run++;
        if (Count == _flags.Length)
            Array.Resize(ref _flags, Count * 2);
        if (_numbers.Length - _numberBytes < 10)
            Array.Resize(ref _numbers, _numbers.Length * 2);
        if (_names.Length - _nameBytes <= name.Length)
            Array.Resize(ref _names, Math.Max(_names.Length * 2, _nameBytes + name.Length + 1));

        // The padding before a function, __pfx_NAME, is half of all symbols where the kernel has it: its name is left to the next one.
        var isPrefixed = _lastMayBePrefix && name.SequenceEqual(_names.AsSpan((_lastName + 6)..(_nameBytes - 1)));
        if (isPrefixed)
        {
            _flags[Count - 1] |= Kallsyms.PrefixedFlag;
            _nameBytes = _lastName;
        }

        _anyAddress |= address;
        var step = (long)(address - _lastAddress);
        _lastAddress = address;
        _numberBytes += Kallsyms.WriteUleb128(_numbers.AsSpan(_numberBytes), Kallsyms.Zigzag(step));
        _flags[Count++] = type;
        // The one whose name stands for two cannot leave it to a third.
        _lastMayBePrefix = !isPrefixed && name.StartsWith(Kallsyms.Prefix);
        _lastName = _nameBytes;
        name.CopyTo(_names.AsSpan(_nameBytes));
        _nameBytes += name.Length;
        _names[_nameBytes++] = 0;
    }

    private void BeginRun(ReadOnlySpan<byte> module)
    {
        EndRun();
        _module = module.ToArray();
        var name = Encoding.UTF8.GetString(module);
        if (_moduleNumbers.TryGetValue(name, out _runModule))
            return;
        if (_moduleNumbers.Count > ushort.MaxValue)
        {
            _runModule = 0;
            return;
        }

        _runModule = _moduleNumbers.Count;
        _moduleNumbers.Add(name, _runModule);
        var bytes = Encoding.UTF8.GetBytes(name.Replace('\0', ' '));
        while (_moduleNames.Length - _moduleNameBytes <= bytes.Length)
            Array.Resize(ref _moduleNames, _moduleNames.Length * 2);
        bytes.CopyTo(_moduleNames.AsSpan(_moduleNameBytes));
        _moduleNameBytes += bytes.Length;
        _moduleNames[_moduleNameBytes++] = 0;
    }

    private void EndRun()
    {
        if (_run == 0)
            return;
        if (_runs.Length - _runBytes < 20)
            Array.Resize(ref _runs, _runs.Length * 2);
        _runBytes += Kallsyms.WriteUleb128(_runs.AsSpan(_runBytes), (ulong)_run);
        _runBytes += Kallsyms.WriteUleb128(_runs.AsSpan(_runBytes), (ulong)_runModule);
        _run = 0;
    }

    private static int TypeFlag(byte letter) => letter switch
    {
        (byte)'t' => 0,
        (byte)'T' => 1,
        (byte)'w' => 2,
        (byte)'W' => 3,
        _ => 255,
    };

    /// <summary>Sixteen hexadecimal digits at once; false when one is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        var characters = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text));
        var digits = characters - Vector128.Create((byte)'0');
        var letters = (characters | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
        var isDigit = Vector128.LessThan(digits, Vector128.Create((byte)10));
        var isLetter = Vector128.LessThan(letters, Vector128.Create((byte)6));
        var nibbles = Vector128.ConditionalSelect(isDigit, digits, letters + Vector128.Create((byte)10)).AsUInt64();
        value = (Join(nibbles[0]) << 32) | Join(nibbles[1]);
        return (isDigit | isLetter) == Vector128<byte>.AllBitsSet;
    }

    /// <summary>Eight nibbles, the first in the lowest byte, to 32 bits, the first highest.</summary>
    private static ulong Join(ulong x)
    {
        x = ((x << 4) | (x >> 8)) & 0x00FF00FF00FF00FF;
        x = ((x << 8) | (x >> 16)) & 0x0000FFFF0000FFFF;
        return ((x << 16) | (x >> 32)) & 0xFFFFFFFF;
    }
}

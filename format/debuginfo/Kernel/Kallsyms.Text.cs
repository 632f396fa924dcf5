using System.Text;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The text of <c>/proc/kallsyms</c>: <c>ADDRESS TYPE NAME[\t[MODULE]]</c> a line.</summary>
public sealed partial class Kallsyms
{
    /// <summary>What each byte is worth as a hexadecimal digit; 255 when it is none.</summary>
    private static readonly byte[] s_digits = MakeDigits();

    /// <summary>Fills the destination from where the last call stopped.</summary>
    /// <param name="destination">At least one byte.</param>
    /// <returns>Bytes; 0 at the end.</returns>
    public delegate int ReadPiece(Span<byte> destination);

    /// <summary>Reads the kernel's text; lines that are not functions, or not of the form, are passed over.</summary>
    /// <param name="text">The whole file. Not kept.</param>
    /// <returns>Never throws; <see cref="State"/> says when the addresses are hidden or nothing is there.</returns>
    public static Kallsyms Parse(ReadOnlySpan<byte> text)
    {
        // 48 bytes is a short line; the columns grow where there are shorter ones.
        var builder = new TextBuilder((text.Length / 48) + 16, text.Length + 1);
        builder.AddLines(text, isLast: true);
        return builder.Build();
    }

    /// <summary>Reads the kernel's text in pieces: it has megabytes, and the recorder's memory is somebody else's.</summary>
    /// <param name="read">Called until it returns 0.</param>
    /// <returns>As <see cref="Parse"/>.</returns>
    public static Kallsyms Read(ReadPiece read)
    {
        var builder = new TextBuilder(1 << 16, 1 << 20);
        ReadLines(read, builder);
        return builder.Build();
    }

    /// <summary>Hands whole lines to a reader until there are no more, or it has enough.</summary>
    private static void ReadLines(ReadPiece read, LineReader reader)
    {
        var buffer = new byte[64 << 10];
        var used = 0;
        while (!reader.IsDone)
        {
            var count = Math.Max(read(buffer.AsSpan(used)), 0);
            var rest = reader.AddLines(buffer.AsSpan(0, used + count), isLast: count == 0);
            if (count == 0)
                return;
            // A line longer than the buffer is none of the kernel's: it is passed over.
            if (rest.Length == buffer.Length)
                rest = default;
            rest.CopyTo(buffer);
            used = rest.Length;
        }
    }

    /// <summary>Takes the functions of the text, line by line.</summary>
    private abstract class LineReader
    {
        private readonly List<string> _moduleNames = [""];
        private byte[] _moduleText = [];
        private ushort _module;

        /// <summary>Nothing more is wanted.</summary>
        public virtual bool IsDone => false;

        /// <summary>Modules named so far, in the order of the text; the first is the kernel.</summary>
        protected string[] ModuleNames => [.. _moduleNames];

        /// <summary>Functions so far.</summary>
        protected int Functions { get; private set; }

        /// <summary>Bits of all addresses so far.</summary>
        protected ulong AnyAddress { get; private set; }

        /// <summary>What may be said of the text when it was read to its end.</summary>
        protected KallsymsState StateAtEnd => Functions == 0 ? KallsymsState.Empty : AnyAddress == 0 ? KallsymsState.Hidden : KallsymsState.Present;

        /// <summary>Takes whole lines.</summary>
        /// <returns>What follows the last newline; with <paramref name="isLast"/> that was a line too.</returns>
        public ReadOnlySpan<byte> AddLines(ReadOnlySpan<byte> text, bool isLast)
        {
            var hasNul = text.Contains((byte)0);
            while (!text.IsEmpty)
            {
                var end = text.IndexOf((byte)'\n');
                if (end < 0 && !isLast)
                    return text;
                var line = end < 0 ? text : text[..end];
                text = end < 0 ? default : text[(end + 1)..];
                // Names are ended by a NUL here: one inside of a name would be the end of it.
                if ((hasNul && line.Contains((byte)0)) || !TryParseLine(line, out var address, out var type, out var name, out var bracket))
                    continue;
                // Modules come in runs: the last one is nearly always right.
                if (!bracket.SequenceEqual(_moduleText))
                {
                    _module = ModuleIndex(_moduleNames, bracket);
                    _moduleText = bracket.ToArray();
                }

                Functions++;
                AnyAddress |= address;
                Add(address, type, name, _module);
            }

            return default;
        }

        /// <summary>Takes a function.</summary>
        protected abstract void Add(ulong address, byte type, ReadOnlySpan<byte> name, ushort module);
    }

    /// <summary>Collects the functions of the text.</summary>
    private sealed class TextBuilder(int capacity, int nameBytes) : LineReader
    {
        private ulong[] _starts = new ulong[capacity];
        private int[] _nameOffsets = new int[capacity];
        private ushort[] _modules = new ushort[capacity];
        private byte[] _flags = new byte[capacity];
        private byte[] _names = GC.AllocateUninitializedArray<byte>(nameBytes);
        private int _used;
        private int _count;

        public Kallsyms Build()
        {
            if (StateAtEnd != KallsymsState.Present)
                return new Kallsyms(StateAtEnd, default, [], [], [], [], [""]);
            return Sorted(
                _names.AsMemory(0, _used), _starts[.._count], _nameOffsets[.._count], _modules[.._count], _flags[.._count], ModuleNames);
        }

        protected override void Add(ulong address, byte type, ReadOnlySpan<byte> name, ushort module)
        {
            if (_count == _starts.Length)
                Grow();
            if (_names.Length - _used <= name.Length)
                Array.Resize(ref _names, Math.Max(_names.Length * 2, _used + name.Length + 1));
            _starts[_count] = address;
            _modules[_count] = module;
            _flags[_count] = type;
            _nameOffsets[_count++] = _used;
            name.CopyTo(_names.AsSpan(_used));
            _used += name.Length;
            _names[_used++] = 0;
        }

        private void Grow()
        {
            var length = _starts.Length * 2;
            Array.Resize(ref _starts, length);
            Array.Resize(ref _nameOffsets, length);
            Array.Resize(ref _modules, length);
            Array.Resize(ref _flags, length);
        }
    }

    private static byte[] MakeDigits()
    {
        var digits = new byte[256];
        Array.Fill(digits, (byte)255);
        for (var i = 0; i < 16; i++)
            digits["0123456789abcdef"[i]] = digits["0123456789ABCDEF"[i]] = (byte)i;
        return digits;
    }

    /// <summary>By address, names of one address in the order the kernel lists them: the last one is the one to show.</summary>
    private static Kallsyms Sorted(
        ReadOnlyMemory<byte> names, ulong[] starts, int[] nameOffsets, ushort[] modules, byte[] flags, string[] moduleNames)
    {
        var sorted = true;
        for (var i = 1; i < starts.Length && sorted; i++)
            sorted = starts[i - 1] <= starts[i];
        if (sorted)
            return new Kallsyms(KallsymsState.Present, names, starts, nameOffsets, modules, flags, moduleNames);

        var order = new int[starts.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var keys = (ulong[])starts.Clone();
        Array.Sort(keys, order);
        // Array.Sort is not stable: put the aliases of one address back into the kernel's order.
        for (var first = 0; first < keys.Length;)
        {
            var past = first + 1;
            while (past < keys.Length && keys[past] == keys[first])
                past++;
            if (past - first > 1)
                Array.Sort(order, first, past - first);
            first = past;
        }

        return new Kallsyms(
            KallsymsState.Present, names, keys, Take(nameOffsets, order), Take(modules, order), Take(flags, order), moduleNames);
    }

    private static T[] Take<T>(T[] values, int[] order)
    {
        var taken = new T[order.Length];
        for (var i = 0; i < order.Length; i++)
            taken[i] = values[order[i]];
        return taken;
    }

    private static ushort ModuleIndex(List<string> moduleNames, ReadOnlySpan<byte> bracket)
    {
        var name = Encoding.UTF8.GetString(bracket);
        var index = moduleNames.IndexOf(name);
        if (index >= 0)
            return (ushort)index;
        if (moduleNames.Count > ushort.MaxValue)
            return 0;
        moduleNames.Add(name);
        return (ushort)(moduleNames.Count - 1);
    }

    private static bool TryParseLine(
        ReadOnlySpan<byte> line, out ulong address, out byte type, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> module)
    {
        address = 0;
        type = 0;
        name = module = default;
        var at = 0;
        for (; at < line.Length && at <= 16; at++)
        {
            var value = (uint)s_digits[line[at]];
            if (value > 15)
                break;
            address = (address << 4) | value;
        }

        if (at is 0 or > 16 || line.Length < at + 4 || line[at] != ' ' || line[at + 2] != ' ')
            return false;
        switch (line[at + 1])
        {
            case (byte)'t': type = 0; break;
            case (byte)'T': type = 1; break;
            case (byte)'w': type = 2; break;
            case (byte)'W': type = 3; break;
            default: return false;
        }

        name = line[(at + 3)..];
        var tab = name.IndexOf((byte)'\t');
        if (tab >= 0)
        {
            module = name[(tab + 1)..];
            name = name[..tab];
            if (module.Length >= 2 && module[0] == '[' && module[^1] == ']')
                module = module[1..^1];
        }

        // '$x', '$d': mapping symbols of ARM, which perf leaves out too.
        return !name.IsEmpty && name[0] != '$';
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The form that travels in a trace: see README.md of this folder.</summary>
public sealed partial class Kallsyms
{
    /// <summary>First byte of the compact form: symbols in the kernel's order, steps between addresses signed. Version 1 had rising addresses.</summary>
    public const byte CompactVersion = 2;

    internal const int HeaderBytes = 24;
    internal const byte PrefixedFlag = 4;
    private const byte TypeMask = 3;

    internal static ReadOnlySpan<byte> Prefix => "__pfx_"u8;

    /// <summary>Writes the compact form; <see cref="ReadCompact"/> gives back the same symbols.</summary>
    /// <remarks>About 15 bytes a symbol before compression, 8 after LZ4.</remarks>
    public void WriteCompact(IBufferWriter<byte> output)
    {
        var flagBytes = new byte[Count];
        var numbers = new byte[(Count * 4) + 64];
        var numberBytes = 0;
        var names = new byte[_names.Length + Count];
        var nameBytes = 0;
        var previous = 0UL;
        var next = Count > 0 ? NameBytes(0) : default;
        for (var i = 0; i < Count; i++)
        {
            var name = next;
            next = i + 1 < Count ? NameBytes(i + 1) : default;
            var flags = _flags[i];
            // The padding before a function, __pfx_NAME, is half of all symbols where the kernel has it: leave its name to the next one.
            var prefixed = (flags & PrefixedFlag) != 0
                || (i + 1 < Count && name.StartsWith(Prefix) && (_flags[i + 1] & PrefixedFlag) == 0 && name[6..].SequenceEqual(next));
            flagBytes[i] = (byte)((flags & TypeMask) | (prefixed ? PrefixedFlag : 0));
            if (numbers.Length - numberBytes < InputLimits.Leb128Bytes)
                Array.Resize(ref numbers, numbers.Length * 2);
            // Signed, though these are sorted: one form.
            numberBytes += WriteUleb128(numbers.AsSpan(numberBytes), Zigzag((long)(_starts[i] - previous)));
            previous = _starts[i];
            if (prefixed)
                continue;
            name.CopyTo(names.AsSpan(nameBytes));
            nameBytes += name.Length;
            names[nameBytes++] = 0;
        }

        var modules = CompactModules();
        var header = output.GetSpan(HeaderBytes);
        header[..HeaderBytes].Clear();
        header[0] = CompactVersion;
        header[1] = (byte)State;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)_moduleNames.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)modules.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)numberBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)nameBytes);
        output.Advance(HeaderBytes);
        output.Write(modules);
        output.Write(flagBytes);
        output.Write(numbers.AsSpan(0, numberBytes));
        output.Write(names.AsSpan(0, nameBytes));
    }

    /// <summary>Reads the compact form.</summary>
    /// <param name="compact">Kept, not copied: names are decoded from it when asked for.</param>
    /// <exception cref="BadDataException">It is not of that form.</exception>
    public static Kallsyms ReadCompact(ReadOnlyMemory<byte> compact)
    {
        var reader = new CompactReader(compact.Span);
        var starts = new ulong[reader.Count];
        var nameOffsets = new int[reader.Count];
        for (var i = 0; reader.MoveNext(); i++)
            (starts[i], nameOffsets[i]) = (reader.Address, reader.NameAt);
        var names = compact.Slice(reader.NameStart, reader.Names.Length);
        var flags = reader.Flags.ToArray();
        return reader.State == KallsymsState.Present
            ? Sorted(names, starts, nameOffsets, reader.Modules, flags, reader.ModuleNames)
            : new Kallsyms(reader.State, names, starts, nameOffsets, reader.Modules, flags, reader.ModuleNames);
    }

    /// <summary>Goes over the symbols of the compact form in the kernel's order.</summary>
    private ref struct CompactReader
    {
        private readonly bool _isSigned;
        private SpanCursor _numbers;
        private int _index = -1;
        private int _nextName;

        /// <exception cref="BadDataException">It is not of that form.</exception>
        public CompactReader(ReadOnlySpan<byte> compact)
        {
            var cursor = new SpanCursor(compact, "kallsyms");
            var version = cursor.ReadByte("a version");
            if (version is not (1 or CompactVersion))
                BadDataException.Throw("kallsyms", 0, BadDataCode.UnsupportedVersion, "version 1 or 2", $"version {version}");
            _isSigned = version > 1;
            State = (KallsymsState)cursor.ReadByte("a state");
            if (State > KallsymsState.Empty)
                cursor.ThrowInvalid("a state of 0 to 2", $"{(byte)State}");
            cursor.ReadUInt16("two zero bytes");
            // Each symbol takes at least one byte of numbers, each module one of names: that bounds what is allocated.
            var count = ReadCount(ref cursor, "a number of symbols");
            var moduleCount = ReadCount(ref cursor, "a number of modules");
            var moduleBytes = ReadCount(ref cursor, "a size of the modules");
            var numberBytes = ReadCount(ref cursor, "a size of the numbers");
            var nameBytes = ReadCount(ref cursor, "a size of the names");
            if (count > numberBytes || moduleCount > moduleBytes || moduleCount is 0 or > ushort.MaxValue + 1)
                cursor.ThrowInvalid("counts that fit their sizes", $"{count} symbols in {numberBytes} bytes, {moduleCount} modules in {moduleBytes} bytes");

            Modules = new ushort[count];
            ModuleNames = ReadModules(new SpanCursor(cursor.ReadBytes(moduleBytes, "modules"), "kallsyms modules"), moduleCount, Modules);
            Flags = cursor.ReadBytes(count, "flags");
            _numbers = new SpanCursor(cursor.ReadBytes(numberBytes, "numbers"), "kallsyms numbers");
            NameStart = cursor.Position;
            Names = cursor.ReadBytes(nameBytes, "names");
        }

        public KallsymsState State { get; }

        /// <summary>Symbols.</summary>
        public readonly int Count => Flags.Length;

        /// <summary>The module of each symbol.</summary>
        public ushort[] Modules { get; }

        public string[] ModuleNames { get; }

        public ReadOnlySpan<byte> Flags { get; }

        public ReadOnlySpan<byte> Names { get; }

        /// <summary>Where the names begin in the compact form.</summary>
        public int NameStart { get; }

        /// <summary>Of the current symbol.</summary>
        public ulong Address { get; private set; }

        /// <summary>Where its name begins in <see cref="Names"/>, without <c>__pfx_</c> where the flag says so.</summary>
        public int NameAt { get; private set; }

        public readonly ReadOnlySpan<byte> Name
        {
            get
            {
                var rest = Names[NameAt..];
                var length = rest.IndexOf((byte)0);
                return length < 0 ? rest : rest[..length]; // of a last one that is prefixed, which is told at the end
            }
        }

        public bool MoveNext()
        {
            if (++_index >= Count)
            {
                // Two prefixed symbols in a row would share one name; a writer never does that, a reader shows it as it stands.
                if (Count > 0 && (Flags[^1] & PrefixedFlag) != 0)
                    BadDataException.Throw("kallsyms names", (ulong)_nextName, BadDataCode.InvalidValue, "a symbol after the last prefixed one", "the end");
                return false;
            }

            var delta = _numbers.ReadUleb128("an address");
            if (_isSigned)
                delta = (delta >> 1) ^ (ulong)-(long)(delta & 1);
            else if (Address + delta < Address)
                _numbers.ThrowInvalid("rising addresses", $"0x{Address:x} + 0x{delta:x}");
            Address += delta;
            NameAt = _nextName;
            if ((Flags[_index] & PrefixedFlag) != 0)
                return true;
            var length = NameAt < Names.Length ? Names[NameAt..].IndexOf((byte)0) : -1;
            if (length < 0)
                BadDataException.Throw("kallsyms names", (ulong)NameAt, BadDataCode.Truncated, "a name", "the end");
            _nextName = NameAt + length + 1;
            return true;
        }
    }

    /// <summary>Names, each ended by a zero byte, then runs of (symbols, module) as ULEB128 that cover all symbols.</summary>
    private byte[] CompactModules()
    {
        var output = new ArrayBufferWriter<byte>(256);
        foreach (var name in _moduleNames)
        {
            output.Write(Encoding.UTF8.GetBytes(name));
            output.Write("\0"u8);
        }

        for (var first = 0; first < Count;)
        {
            var past = first + 1;
            while (past < Count && _modules[past] == _modules[first])
                past++;
            output.Advance(WriteUleb128(output.GetSpan(10), (ulong)(past - first)));
            output.Advance(WriteUleb128(output.GetSpan(10), _modules[first]));
            first = past;
        }

        return output.WrittenSpan.ToArray();
    }

    private static string[] ReadModules(SpanCursor cursor, int moduleCount, ushort[] modules)
    {
        var moduleNames = new string[moduleCount];
        for (var i = 0; i < moduleCount; i++)
        {
            if (!cursor.TryReadCString(out var name))
                BadDataException.Throw("kallsyms modules", (ulong)cursor.Position, BadDataCode.Truncated, "a module's name", "the end");
            moduleNames[i] = Encoding.UTF8.GetString(name);
        }

        for (var at = 0; at < modules.Length;)
        {
            var run = cursor.ReadUleb128("a run of symbols");
            if (run == 0 || run > (ulong)(modules.Length - at))
                cursor.ThrowInvalid($"1 to {modules.Length - at} symbols", $"{run}");
            var module = cursor.ReadUleb128("a module's index");
            if (module >= (ulong)moduleCount)
                cursor.ThrowInvalid($"a module under {moduleCount}", $"{module}");
            modules.AsSpan(at, (int)run).Fill((ushort)module);
            at += (int)run;
        }

        return moduleNames;
    }

    private static int ReadCount(ref SpanCursor cursor, string what)
    {
        var value = cursor.ReadUInt32(what);
        if (value > int.MaxValue)
            cursor.ThrowInvalid($"{what} under 2 GiB", $"{value}");
        return (int)value;
    }

    internal static ulong Zigzag(long step) => (ulong)(step << 1) ^ (ulong)(step >> 63);

    internal static int WriteUleb128(Span<byte> output, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            output[length++] = (byte)(value | 0x80);
        output[length++] = (byte)value;
        return length;
    }
}

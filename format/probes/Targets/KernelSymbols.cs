using System.Text;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

/// <summary>The kernel's functions by address, aliases included, whoever lists them.</summary>
internal abstract class KernelSymbols
{
    public abstract int Count { get; }

    /// <summary>False for what is no function: the padding before one.</summary>
    public abstract bool TryName(int index, out ReadOnlySpan<byte> name);

    /// <summary>As the list has it.</summary>
    public abstract ulong Address(int index);

    public abstract string? Module(int index);

    /// <summary>Bytes to the next function's start, or as stated.</summary>
    public abstract ulong Size(int index);

    /// <summary>The last function that begins at an address or before it; -1 when there is none.</summary>
    public int Before(ulong address)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Address(middle) <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    public ulong? Find(string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < Count; i++)
        {
            if (TryName(i, out var candidate) && candidate.SequenceEqual(wanted))
                return Address(i);
        }

        return null;
    }

    public static KernelSymbols Of(Kallsyms kallsyms) => new FromKallsyms(kallsyms);

    /// <summary>The functions of a <c>vmlinux</c>'s symbol table; null when it has none.</summary>
    public static KernelSymbols? Of(ElfImage vmlinux)
    {
        for (var i = 0; i < vmlinux.Sections.Length; i++)
        {
            if (vmlinux.Sections[i].Type == SHT_SYMTAB && ElfSymbols.TryRead(vmlinux, i, out var symbols))
                return new FromElf(vmlinux, symbols);
        }

        return null;
    }

    private sealed class FromKallsyms(Kallsyms kallsyms) : KernelSymbols
    {
        public override int Count => kallsyms.Count;

        public override bool TryName(int index, out ReadOnlySpan<byte> name) => kallsyms.TryFunctionName(index, out name);

        public override ulong Address(int index) => kallsyms.StartOf(index).Value;

        public override string? Module(int index) => kallsyms[index].Module is { Length: > 0 } module ? module : null;

        public override ulong Size(int index)
        {
            // Of aliases only the last has a size.
            var start = Address(index);
            while (index + 1 < Count && Address(index + 1) == start)
                index++;
            return kallsyms[index].Size;
        }
    }

    private sealed class FromElf : KernelSymbols
    {
        private readonly ReadOnlyMemory<byte> _names;
        private readonly ulong[] _starts;
        private readonly (uint Name, uint Size)[] _rest;

        public FromElf(ElfImage image, ElfSymbols symbols)
        {
            _names = symbols.Names;
            var starts = new List<ulong>(symbols.Count / 3);
            var rest = new List<(uint, uint)>(symbols.Count / 3);
            var sections = image.Sections;
            for (var i = 1; i < symbols.Count; i++)
            {
                var s = symbols[i];
                if (s.Type is not (STT_FUNC or STT_NOTYPE) || s.Section == 0 || s.Section >= (uint)sections.Length || (sections[(int)s.Section].Flags & SHF_EXECINSTR) == 0)
                    continue;
                starts.Add(s.Value.Value);
                rest.Add((s.NameOffset, (uint)Math.Min(s.Size, uint.MaxValue)));
            }

            _starts = [.. starts];
            _rest = [.. rest];
            Array.Sort(_starts, _rest);
        }

        public override int Count => _starts.Length;

        public override bool TryName(int index, out ReadOnlySpan<byte> name)
        {
            var rest = _rest[index].Name < _names.Length ? _names.Span[(int)_rest[index].Name..] : default;
            var end = rest.IndexOf((byte)0);
            name = end < 0 ? default : rest[..end];
            return !name.IsEmpty && name[0] is not ((byte)'$' or (byte)'.') && !name.StartsWith("__pfx_"u8);
        }

        public override ulong Address(int index) => _starts[index];

        public override string? Module(int index) => null;

        public override ulong Size(int index)
        {
            if (_rest[index].Size != 0)
                return _rest[index].Size;
            var next = index + 1;
            while (next < _starts.Length && _starts[next] == _starts[index])
            {
                if (_rest[next].Size != 0)
                    return _rest[next].Size;
                next++;
            }

            return next < _starts.Length ? _starts[next] - _starts[index] : 0;
        }
    }
}

using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Go;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

/// <summary>Every function-like symbol of a file with every name it has, by address: unlike <see cref="SymbolTable"/>, aliases and versions are kept.</summary>
/// <remarks>Columns; names are offsets into the files' own string tables. Made once, then only read.</remarks>
internal sealed class FunctionIndex
{
    private readonly Entry[] _entries;
    private readonly ReadOnlyMemory<byte>[] _strings;
    private readonly string[] _versions;

    private FunctionIndex(Entry[] entries, ReadOnlyMemory<byte>[] strings, string[] versions)
    {
        _entries = entries;
        _strings = strings;
        _versions = versions;
    }

    /// <summary>What is known of a symbol beside its name.</summary>
    [Flags]
    internal enum Marks : byte
    {
        None = 0,

        /// <summary><c>STT_GNU_IFUNC</c>.</summary>
        Indirect = 1,

        /// <summary>A version that programs linked today do not get.</summary>
        OldVersion = 2,

        /// <summary><c>STT_NOTYPE</c>: a place in assembly that nobody calls a function.</summary>
        Label = 4,

        /// <summary>Bound locally.</summary>
        Local = 8,

        /// <summary>Weak.</summary>
        Weak = 16,
    }

    /// <summary>One name of one address.</summary>
    internal readonly struct Entry(ulong address, ulong size, uint name, byte table, Marks marks, ushort version)
    {
        public readonly ulong Address = address, Size = size;
        public readonly uint Name = name;
        public readonly ushort Version = version; // position in the versions; 0 for none
        public readonly byte Table = table;
        public readonly Marks Marks = marks;
    }

    /// <summary>All of them, by address; several of one address follow each other.</summary>
    public ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>A name's bytes without version.</summary>
    public ReadOnlySpan<byte> Name(in Entry entry)
    {
        var rest = _strings[entry.Table].Span[(int)entry.Name..];
        var end = rest.IndexOfAny((byte)0, (byte)'@');
        return end < 0 ? rest : end == 0 ? rest[..Math.Max(rest.IndexOf((byte)0), 0)] : rest[..end];
    }

    /// <summary>The version of a symbol (<c>GLIBC_2.2.5</c>); empty for none.</summary>
    public string Version(in Entry entry)
    {
        if (entry.Version != 0)
            return _versions[entry.Version];
        var rest = _strings[entry.Table].Span[(int)entry.Name..];
        var end = rest.IndexOf((byte)0);
        rest = end < 0 ? rest : rest[..end];
        var at = rest.IndexOf((byte)'@');
        return at <= 0 ? "" : System.Text.Encoding.UTF8.GetString(rest[at..].TrimStart((byte)'@'));
    }

    /// <summary>Position of the first entry at or after an address.</summary>
    public int LowerBound(ulong address)
    {
        int low = 0, high = _entries.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_entries[middle].Address < address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Reads all tables of a file, and of files that have the same addresses.</summary>
    /// <param name="image">The file that runs.</param>
    /// <param name="others">Its separate debug file, or what its <c>.gnu_debugdata</c> holds.</param>
    public static FunctionIndex Build(ElfImage image, ReadOnlySpan<ElfImage> others)
    {
        var builder = new Builder(image);
        foreach (var other in others)
            builder.Add(other, SHT_SYMTAB);
        builder.Add(image, SHT_SYMTAB);
        builder.Add(image, SHT_DYNSYM);
        if (!builder.HasSymbolTable)
            builder.AddGo();
        return builder.Finish();
    }

    private sealed class Builder(ElfImage image)
    {
        private readonly List<Entry> _entries = [];
        private readonly List<ulong> _keys = [];
        private readonly List<ReadOnlyMemory<byte>> _strings = [];
        private readonly List<string> _versions = [""];
        private readonly (ulong Start, ulong End)[] _plt = FindPlt(image);

        public bool HasSymbolTable { get; private set; }

        public void Add(ElfImage from, uint type)
        {
            for (var i = 0; i < from.Sections.Length; i++)
            {
                if (from.Sections[i].Type == type && _strings.Count < 255 && ElfSymbols.TryRead(from, i, out var symbols))
                    Add(from, symbols, type == SHT_DYNSYM ? ElfSymbolVersions.Read(from) : null);
            }
        }

        private void Add(ElfImage from, ElfSymbols symbols, ElfSymbolVersions? versions)
        {
            HasSymbolTable |= versions is null;
            var table = (byte)_strings.Count;
            _strings.Add(symbols.Names);
            var text = symbols.Names.Span;
            for (var i = 0; i < symbols.Count; i++)
            {
                var s = symbols[i];
                if (s.Type is not (STT_FUNC or STT_GNU_IFUNC or STT_NOTYPE) || !s.IsInSection || s.NameOffset == 0 || s.NameOffset >= (uint)text.Length || text[(int)s.NameOffset] == 0)
                    continue;
                var name = text[(int)s.NameOffset..];
                if (s.Type == STT_NOTYPE && !IsLabel(from, s, name) || !image.IsCodeAddress(s.Value) || IsInPlt(s.Value.Value))
                    continue;
                var marks = (s.Type == STT_GNU_IFUNC ? Marks.Indirect : s.Type == STT_NOTYPE ? Marks.Label : Marks.None) |
                    (s.Binding == STB_LOCAL ? Marks.Local : s.Binding == STB_WEAK ? Marks.Weak : Marks.None);
                ushort version = 0;
                if (versions is not null)
                {
                    if (versions.TryGet(i, out var versionName, out var isDefault))
                    {
                        version = VersionNumber(versionName);
                        marks |= isDefault ? Marks.None : Marks.OldVersion;
                    }
                }
                else if (IsOldVersion(name))
                {
                    marks |= Marks.OldVersion;
                }

                _keys.Add(s.Value.Value);
                _entries.Add(new Entry(s.Value.Value, s.Size, s.NameOffset, table, marks, version));
            }
        }

        /// <summary>Names of stripped Go programs. Where there is a <c>.symtab</c> it has the same names and true sizes.</summary>
        public void AddGo()
        {
            GoPclntab? go;
            try
            {
                go = GoPclntab.TryOpen(image);
            }
            catch (BadDataException)
            {
                return;
            }

            if (go is null)
                return;
            var names = new MemoryStream();
            var table = (byte)_strings.Count;
            var placeholder = _strings.Count;
            _strings.Add(default);
            for (var i = 0; i < go.Count; i++)
            {
                var function = go[i];
                var name = go.NameBytes(function);
                if (name.Length == 0 || function.End <= function.Entry || !image.IsCodeAddress(function.Entry) || names.Length > MaximumNames)
                    continue;
                _keys.Add(function.Entry.Value);
                _entries.Add(new Entry(function.Entry.Value, function.End.Value - function.Entry.Value, (uint)names.Length, table, Marks.Local, 0));
                names.Write(name);
                names.WriteByte(0);
            }

            _strings[placeholder] = names.ToArray();
        }

        private const int MaximumNames = 64 << 20;

        public FunctionIndex Finish()
        {
            var entries = _entries.ToArray();
            Array.Sort(_keys.ToArray(), entries);
            return new FunctionIndex(entries, [.. _strings], [.. _versions]);
        }

        private ushort VersionNumber(string version)
        {
            var at = _versions.IndexOf(version);
            if (at >= 0)
                return (ushort)at;
            if (_versions.Count == ushort.MaxValue)
                return 0;
            _versions.Add(version);
            return (ushort)(_versions.Count - 1);
        }

        private static bool IsOldVersion(ReadOnlySpan<byte> name)
        {
            name = name[..Math.Max(name.IndexOf((byte)0), 0)];
            var at = name.IndexOf((byte)'@');
            return at > 0 && at + 1 < name.Length && name[at + 1] != '@';
        }

        /// <summary>Assembly's labels, but not the assembler's own, nor marks of mapping (<c>$x</c>) nor the linker's bounds of sections.</summary>
        private static bool IsLabel(ElfImage from, in ElfSymbolEntry symbol, ReadOnlySpan<byte> name) =>
            symbol.Section < (uint)from.Sections.Length && from.Sections[(int)symbol.Section].IsCode && name[0] is not ((byte)'$' or (byte)'.') &&
            !name.StartsWith("__start_"u8) && !name.StartsWith("__stop_"u8);

        private bool IsInPlt(ulong address)
        {
            foreach (var (start, end) in _plt)
            {
                if (address >= start && address < end)
                    return true;
            }

            return false;
        }

        private static (ulong Start, ulong End)[] FindPlt(ElfImage image)
        {
            var found = new List<(ulong, ulong)>();
            foreach (ref readonly var section in image.Sections)
            {
                if (section.IsCode && (section.Name == ".plt" || section.Name.StartsWith(".plt.", StringComparison.Ordinal)))
                    found.Add((section.Address.Value, section.Address.Value + section.Size));
            }

            return [.. found];
        }
    }
}

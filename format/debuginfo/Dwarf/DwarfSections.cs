using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>The DWARF sections of one file: each found, and inflated where it is compressed, when it is first asked for, and then kept.</summary>
/// <remarks>Safe for any number of threads. A damaged section counts as missing and is told by <see cref="FirstDamage"/>.</remarks>
public sealed class DwarfSections
{
    private const int Count = (int)DwarfSection.TuIndex + 1;

    private static readonly string[] Names =
    [
        "info", "abbrev", "line", "str", "line_str", "str_offsets", "addr", "ranges", "rnglists", "loc", "loclists", "types", "aranges", "names",
        "gdb_index", "cu_index", "tu_index",
    ];

    private readonly ElfImage _image;
    private readonly bool _split;
    private readonly ReadOnlyMemory<byte>[] _data = new ReadOnlyMemory<byte>[Count];
    private readonly bool[] _opened = new bool[Count];
    private readonly Lock[] _locks = new Lock[Count];
    private readonly PartialSection?[] _partial = new PartialSection?[Count];
    private BadDataException? _firstDamage;

    /// <summary>The sections of a file; nothing is read yet.</summary>
    /// <param name="image">The file.</param>
    /// <param name="split">It is a <c>.dwo</c> or <c>.dwp</c> file: section names end in <c>.dwo</c>.</param>
    /// <param name="alternate">Sections of the file that <c>.gnu_debugaltlink</c> or <c>DW_UT</c>'s supplementary forms refer to.</param>
    public DwarfSections(ElfImage image, bool split = false, DwarfSections? alternate = null)
    {
        _image = image;
        _split = split;
        Alternate = alternate;
        for (var i = 0; i < Count; i++)
            _locks[i] = new Lock();
    }

    /// <summary>The file.</summary>
    public ElfImage Image => _image;

    /// <summary>Byte order of every value.</summary>
    public bool IsBigEndian => _image.IsBigEndian;

    /// <summary>Sections of the file that several debug files share; null without one.</summary>
    public DwarfSections? Alternate { get; }

    /// <summary>Whether section names end in <c>.dwo</c>.</summary>
    public bool IsSplit => _split;

    /// <summary>The first section that could not be inflated; null when none failed.</summary>
    public BadDataException? FirstDamage => _firstDamage;

    /// <summary>A section's bytes as they are meant; empty when the file has no such section or it is damaged.</summary>
    public ReadOnlyMemory<byte> this[DwarfSection section]
    {
        get
        {
            var i = (int)section;
            if (Volatile.Read(ref _opened[i]))
                return _data[i];
            lock (_locks[i])
            {
                if (!_opened[i])
                {
                    _data[i] = Open(section);
                    Volatile.Write(ref _opened[i], true);
                }
            }

            return _data[i];
        }
    }

    /// <summary>
    /// Opens a large compressed section without inflating it: only what is then asked for of it is at hand. For who is the first to open it, and answers few questions.
    /// </summary>
    /// <param name="section">Which one.</param>
    /// <param name="openNow">Open it so, if nobody did yet.</param>
    /// <returns>Null when it is open already, small, or not stored so: then all of it is at hand.</returns>
    internal PartialSection? Partly(DwarfSection section, bool openNow = true)
    {
        var i = (int)section;
        lock (_locks[i])
        {
            if (openNow && !_opened[i] && !_split && _image.TrySection(NameOf(section), out var header) && PartialSection.TryOpen(_image, header) is { } partial)
            {
                _partial[i] = partial;
                _data[i] = partial.Data;
                Volatile.Write(ref _opened[i], true);
            }

            return _partial[i] is { IsWhole: false } open ? open : null;
        }
    }

    /// <summary>Brings in all of a section that was opened in part.</summary>
    internal void Complete(DwarfSection section)
    {
        if (_partial[(int)section] is { IsWhole: false } partial && partial.Complete() is { } damage)
            Interlocked.CompareExchange(ref _firstDamage, damage, null);
    }

    /// <summary>Brings in the contribution (unit, list, table) of a section that an offset is in.</summary>
    internal void Need(DwarfSection section, ulong offset)
    {
        if (_partial[(int)section] is { IsWhole: false } partial && partial.Need(offset) is { } damage)
            Interlocked.CompareExchange(ref _firstDamage, damage, null);
    }

    /// <summary>What errors call a section.</summary>
    public string NameOf(DwarfSection section) => section switch
    {
        DwarfSection.GdbIndex => ".gdb_index",
        DwarfSection.CuIndex => ".debug_cu_index",
        DwarfSection.TuIndex => ".debug_tu_index",
        DwarfSection.Addr or DwarfSection.ARanges => ".debug_" + Names[(int)section], // stay in the linked file
        _ => ".debug_" + Names[(int)section] + (_split ? ".dwo" : ""),
    };

    /// <summary>Whether the file has such a section; nothing is read.</summary>
    public bool Has(DwarfSection section) => _image.TrySection(NameOf(section), out _) || _image.TrySection(".z" + NameOf(section)[1..], out _);

    /// <summary>A cursor over a whole section.</summary>
    public SpanCursor Cursor(DwarfSection section) => new(this[section].Span, NameOf(section), IsBigEndian);

    /// <summary>Inflates several sections at once, on as many cores as there are.</summary>
    public void Prefetch(params ReadOnlySpan<DwarfSection> sections)
    {
        var wanted = new List<DwarfSection>();
        foreach (var section in sections)
        {
            if (!Volatile.Read(ref _opened[(int)section]) && Has(section))
                wanted.Add(section);
        }

        if (wanted.Count < 2 || Environment.ProcessorCount < 2)
        {
            foreach (var section in wanted)
                _ = this[section];
            return;
        }

        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(wanted, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering), section => _ = this[section]);
    }

    private ReadOnlyMemory<byte> Open(DwarfSection section)
    {
        try
        {
            var name = NameOf(section);
            if (_image.TrySectionData(name, out var data))
                return data;
            return _image.TrySectionData(".z" + name[1..], out data) ? data : default; // as binutils named compressed ones before they could be marked
        }
        catch (BadDataException e)
        {
            Interlocked.CompareExchange(ref _firstDamage, e.File.Length == 0 ? e.WithFile(_image.Name) : e, null);
            return default;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf.Lines;

/// <summary>The line table of one unit (DWARF 5 §6.2, versions 2 to 5): which source place each address comes from.</summary>
/// <remarks>
/// <para>Rows that say the same place as the one before are merged into it; of rows at one address the last counts, as in addr2line and llvm-symbolizer.
/// <c>is_stmt</c> and the other flags are not kept: <see cref="Visit"/> gives the rows as the program states them.</para>
/// <para>Sequences come sorted by address. What the linker discarded (sequences that begin at 0, -1 or -2) and what covers nothing is left out.
/// Where an address goes back within a sequence, against the specification, a new one begins.</para>
/// <para>Borrows the sections' bytes: valid as long as they are. Files are joined to paths when asked. Immutable but for that cache; one thread at a time.</para>
/// </remarks>
public sealed partial class LineTable
{
    private readonly LineHeader _header;
    private readonly DwarfSections _sections;
    private readonly string _compilationDirectory;
    private readonly LineSequence[] _sequences;
    private readonly PackedRow[] _rows;
    private readonly int[]? _enclosing; // position of the nearest earlier sequence that reaches further; null when no two overlap

    private LineTable(LineHeader header, DwarfSections sections, in LineUnit unit, LineSequence[] sequences, PackedRow[] rows, bool damaged)
    {
        _header = header;
        _sections = sections;
        _compilationDirectory = unit.CompilationDirectory ?? "";
        _sequences = sequences;
        _rows = rows;
        IsDamaged = damaged;
        _enclosing = Enclosing(sequences);
    }

    /// <summary>The program broke off, or the section was cut: rows up to there are here.</summary>
    public bool IsDamaged { get; }

    /// <summary>Version of the table, 2 to 5.</summary>
    public int Version => _header.Version;

    /// <summary>Runs of addresses without a gap, by start.</summary>
    public ReadOnlySpan<LineSequence> Sequences => _sequences;

    /// <summary>Number of rows.</summary>
    public int RowCount => _rows.Length;

    /// <summary>Reads a table.</summary>
    /// <param name="sections">Of the file it stands in: <c>.debug_line</c>, and for names <c>.debug_line_str</c>, <c>.debug_str</c>, which are opened only when a name is asked for.</param>
    /// <param name="offset">Where it begins: the unit's <c>DW_AT_stmt_list</c>.</param>
    /// <param name="unit">What the unit says.</param>
    /// <param name="table">The table.</param>
    /// <returns>False when its header is damaged or of a version unknown here.</returns>
    public static bool TryRead(DwarfSections sections, DebugLineOffset offset, in LineUnit unit, [NotNullWhen(true)] out LineTable? table)
    {
        try
        {
            table = Read(sections, offset, unit);
            return true;
        }
        catch (BadDataException)
        {
            table = null;
            return false;
        }
    }

    /// <inheritdoc cref="TryRead"/>
    /// <exception cref="BadDataException">Its header is damaged or of a version unknown here.</exception>
    public static LineTable Read(DwarfSections sections, DebugLineOffset offset, in LineUnit unit)
    {
        var header = LineHeader.Read(sections, offset, unit);
        var builder = new Builder(header.AddressMask, unit.HasCodeAtZero);
        var whole = LineProgram.Run(header, ref builder);
        var rows = builder.Finish(out var sequences);
        return new LineTable(header, sections, unit, sequences, rows, !whole || header.IsCut);
    }

    /// <summary>Reads a table and gives its rows to a sink as they are stated, without keeping any: for whoever asks for a few addresses and then forgets the unit.</summary>
    /// <exception cref="BadDataException">Its header is damaged or of a version unknown here.</exception>
    internal static LineTable ReadTo<TSink>(DwarfSections sections, DebugLineOffset offset, in LineUnit unit, ref TSink sink)
        where TSink : struct, ILineProgramSink
    {
        var header = LineHeader.Read(sections, offset, unit);
        var whole = LineProgram.Run(header, ref sink);
        return new LineTable(header, sections, unit, [], [], !whole || header.IsCut);
    }

    /// <summary>Reads only the names of files: for units without code of their own, such as type units.</summary>
    /// <exception cref="BadDataException">Its header is damaged or of a version unknown here.</exception>
    public static LineTable ReadFiles(DwarfSections sections, DebugLineOffset offset, in LineUnit unit)
    {
        var header = LineHeader.Read(sections, offset, unit);
        return new LineTable(header, sections, unit, [], [], header.IsCut);
    }

    /// <summary>Runs the table's program anew and gives every row as it is stated, merged or discarded ones included.</summary>
    public void Visit<TSink>(ref TSink sink)
        where TSink : struct, ILineProgramSink
    {
        var files = _header.Files.Count;
        LineProgram.Run(_header, ref sink);
        _header.Files.RemoveRange(files, _header.Files.Count - files); // those the program defines are known already
    }

    /// <summary>A row by its position; the rows of a sequence follow each other by address.</summary>
    /// <param name="sequence">The sequence that holds it.</param>
    /// <param name="row">Position in the table.</param>
    public LineRow Row(in LineSequence sequence, int row)
    {
        ref readonly var packed = ref _rows[row];
        var end = row + 1 == sequence.FirstRow + sequence.RowCount ? sequence.End : new Svma(sequence.Start.Value + _rows[row + 1].Offset);
        return new LineRow(new Svma(sequence.Start.Value + packed.Offset), end, packed.File, packed.Line, packed.Column);
    }

    /// <summary>The row that covers an address.</summary>
    public bool TryFind(Svma address, out LineRow row)
    {
        int low = 0, high = _sequences.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_sequences[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        // Of sequences that overlap, the one that begins last and covers the address.
        var i = low - 1;
        for (var steps = 0; i >= 0 && address >= _sequences[i].End; steps++)
            i = _enclosing is null || steps == InputLimits.Depth ? -1 : _enclosing[i];
        row = i < 0 ? default : FindIn(_sequences[i], address);
        return i >= 0;
    }

    private static int[]? Enclosing(LineSequence[] sequences)
    {
        var overlap = false;
        for (var i = 1; i < sequences.Length && !overlap; i++)
            overlap = sequences[i].Start < sequences[i - 1].End;
        if (!overlap)
            return null;
        var enclosing = new int[sequences.Length];
        for (var i = 0; i < sequences.Length; i++)
        {
            // Follow the chain of the one before until one reaches further than this.
            var j = i - 1;
            while (j >= 0 && sequences[j].End <= sequences[i].End)
                j = enclosing[j];
            enclosing[i] = j;
        }

        return enclosing;
    }

    private LineRow FindIn(in LineSequence sequence, Svma address)
    {
        var offset = address.Value - sequence.Start.Value;
        int low = sequence.FirstRow + 1, high = sequence.FirstRow + sequence.RowCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_rows[middle].Offset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return Row(sequence, low - 1);
    }

    /// <summary>A row as it is kept: 16 bytes.</summary>
    private readonly struct PackedRow(uint offset, uint file, uint line, uint column)
    {
        /// <summary>Bytes from the start of the sequence.</summary>
        public readonly uint Offset = offset;
        public readonly uint File = file;
        public readonly uint Line = line;
        public readonly uint Column = column;

        public bool IsSamePlace(in PackedRow other) => File == other.File && Line == other.Line && Column == other.Column;
    }
}

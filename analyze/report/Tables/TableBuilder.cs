using Microsoft.Data.Analysis;
using TraceKit.Report.Text;

namespace TraceKit.Report.Tables;

/// <summary>Makes a data frame line by line: text columns first, numbers after them.</summary>
/// <remarks>
/// A line is <see cref="Add"/> for its texts and one <c>Append</c> to every other column; <c>null</c> stands for what is not known.
/// Frames hold results (what is distinct), never the sample table.
/// </remarks>
public sealed class TableBuilder
{
    private readonly StringDataFrameColumn[] _texts;
    private readonly List<DataFrameColumn> _columns = [];

    /// <param name="texts">Names of the text columns that come first.</param>
    public TableBuilder(params string[] texts)
    {
        _texts = Array.ConvertAll(texts, name => new StringDataFrameColumn(name));
        _columns.AddRange(_texts);
    }

    /// <summary>Lines begun.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a column of whole numbers.</summary>
    public Int64DataFrameColumn Whole(string name) => Column(new Int64DataFrameColumn(name));

    /// <summary>Adds a column of fractions.</summary>
    public DoubleDataFrameColumn Real(string name) => Column(new DoubleDataFrameColumn(name));

    /// <summary>Adds a column of texts behind the numbers.</summary>
    public StringDataFrameColumn Text(string name) => Column(new StringDataFrameColumn(name));

    /// <summary>Begins a line: the texts of the first columns, made safe to show.</summary>
    public void Add(params ReadOnlySpan<string> texts)
    {
        for (var i = 0; i < texts.Length; i++)
            _texts[i].Append(SafeText.Show(texts[i]));
        Count++;
    }

    /// <summary>The frame. Only now: it takes the number of its rows from its columns when they are added.</summary>
    public DataFrame ToFrame() => new(_columns);

    private T Column<T>(T column)
        where T : DataFrameColumn
    {
        _columns.Add(column);
        return column;
    }
}

using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Listing;

/// <summary>What <c>-L</c> is asked for: <c>FUNC[@SRC][:RLN[+NUM|-RLN2]]</c> or <c>SRC[:ALN[+NUM|-ALN2]]</c>.</summary>
/// <param name="Function">The function; null for a file.</param>
/// <param name="Source">End of the path of the source file; null for the function's own.</param>
/// <param name="First">First line: after the function's first, or of the file; null for all.</param>
/// <param name="Last">Last line, likewise; null for as far as there are some.</param>
public sealed record LineRange(string? Function, string? Source, int? First, int? Last)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ProbeSyntaxException">It is none.</exception>
    public static LineRange Parse(string text)
    {
        // The point's own parser tells files from functions and knows what brackets and '::' mean; what follows the line is ours.
        var reader = new SyntaxReader(text, 0, text.TrimEnd(' ', '\t').Length);
        reader.SkipBlanks();
        ProbeParser.CheckCharacters(reader);
        if (reader.AtEnd)
            throw reader.Expected("a function or a source file");
        var from = reader.Position;
        var end = FunctionNameScanner.Scan(reader, ":@+%;");
        var name = PointParser.Unescape(text.AsSpan(from, end - from));
        var isFile = PointParser.IsSource(text.AsSpan(from, end - from));
        reader.Position = end;
        if (name.Length == 0)
            throw reader.Expected("a function or a source file");
        string? source = null;
        if (reader.Peek() == '@')
        {
            // As perf: with a file behind it, it is a function.
            isFile = false;
            reader.Position++;
            var sourceAt = reader.Position;
            end = FunctionNameScanner.Scan(reader, ":@+%;");
            source = PointParser.Unescape(text.AsSpan(sourceAt, end - sourceAt));
            if (source.Length == 0)
                throw reader.Expected("a source file after '@'");
            reader.Position = end;
        }

        int? first = null, last = null;
        if (reader.Peek() == ':')
        {
            reader.Position++;
            first = Line(reader, isFile);
            if (reader.Peek() == '+')
            {
                reader.Position++;
                var at = reader.Position;
                var count = (int)reader.Number("a number of lines", 1_000_000);
                if (count == 0)
                    throw reader.Fail(at, "a number of lines is at least 1");
                last = (int)Math.Min(int.MaxValue, (long)first.Value + count - 1);
            }
            else if (reader.Peek() == '-')
            {
                reader.Position++;
                var at = reader.Position;
                last = Line(reader, isFile);
                if (last < first)
                    throw reader.Fail(at, $"the last line, {last}, comes before the first, {first}");
            }
        }

        if (!reader.AtEnd)
            throw reader.Expected("':LINE', '+NUMBER', '-LINE' or the end");
        return isFile ? new LineRange(null, name, first, last) : new LineRange(name, source, first, last);
    }

    private static int Line(SyntaxReader reader, bool isFile)
    {
        var at = reader.Position;
        var line = (int)reader.Number("a line number", int.MaxValue);
        return line == 0 && isFile ? throw reader.Fail(at, "lines of a file are counted from 1") : line;
    }
}

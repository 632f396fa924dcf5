using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Listing;

/// <summary>The text of <c>-L</c>: source lines, those that a probe can stand on with their numbers.</summary>
public static class LineListing
{
    /// <summary>Lines that perf shows behind the last one with code.</summary>
    private const int AdditionalLines = 3;

    private const int MaxLines = 100_000;

    /// <summary>Writes them as <c>perf probe -L</c> does.</summary>
    /// <param name="range">What is asked for, as <see cref="LineRange"/> reads it.</param>
    /// <param name="target">What is probed.</param>
    /// <param name="sourceText">Lines of a source file by its path as debug information names it; null where it is not at hand: then only the numbers are listed, and that is said.</param>
    /// <param name="noInlines">Passes over inlined copies of the function.</param>
    /// <remarks>
    /// <code>
    /// &lt;work@/src/t.c:0&gt;
    ///       0  int work(struct point *p)
    ///          {
    ///       2      return p->x;
    /// </code>
    /// </remarks>
    /// <exception cref="ProbeSyntaxException">It is no range, or nothing of it has code.</exception>
    public static string Text(string range, ProbeTarget target, Func<string, IReadOnlyList<string>?>? sourceText, bool noInlines = false)
    {
        var parsed = LineRange.Parse(range);
        var places = target.Places ?? throw Error(range, $"-L needs debug information about source lines, and there is none of {target.Name}");
        var text = new StringBuilder();
        if (parsed.Function is null)
            OfFile(text, range, parsed, target, places, sourceText);
        else
            OfFunctions(text, range, parsed, target, places, sourceText, noInlines);
        return text.ToString();
    }

    private static void OfFile(StringBuilder text, string range, LineRange parsed, ProbeTarget target, ISourcePlaces places, Func<string, IReadOnlyList<string>?>? sourceText)
    {
        var files = places.FindFiles(parsed.Source!);
        if (files.Count == 0)
            throw Error(range, $"no source file of {target.Name} ends in '{parsed.Source}'");
        var shown = 0;
        foreach (var file in files)
        {
            var lines = new List<int>();
            foreach (var line in places.LinesOf(file))
            {
                if (line >= (parsed.First ?? 1) && line <= (parsed.Last ?? int.MaxValue))
                    lines.Add(line);
            }

            if (lines.Count == 0)
                continue;
            shown++;
            Write(text, $"<{file}:{parsed.First ?? 0}>", file, lines, parsed.First ?? 1, parsed.Last, 0, sourceText);
        }

        if (shown == 0)
            throw Error(range, $"no line of {parsed.Source}{Between(parsed)} has code");
    }

    private static void OfFunctions(StringBuilder text, string range, LineRange parsed, ProbeTarget target, ISourcePlaces places, Func<string, IReadOnlyList<string>?>? sourceText, bool noInlines)
    {
        var found = target.Code?.FindFunctions(FunctionPattern.Parse(parsed.Function!, parsed.Source)) ?? [];
        string? why = null;
        var shown = new HashSet<(string, int)>();
        foreach (var function in found)
        {
            if (function.File is not { } declared || function.Line == 0 || places.FindFiles(declared) is not { Count: > 0 } files)
            {
                why ??= $"the source lines of {function.QualifiedName} are not known";
                continue;
            }

            // Instances of one template and copies of one inline function share their lines.
            if (!shown.Add((declared, function.Line)))
                continue;
            var lines = new List<int>();
            foreach (var line in LinesOf(function, files, target, places, noInlines))
            {
                if (line - function.Line >= (parsed.First ?? 0) && line - function.Line <= (parsed.Last ?? int.MaxValue))
                    lines.Add(line);
            }

            if (lines.Count == 0)
            {
                why ??= $"no line of {function.QualifiedName}{Between(parsed)} has code";
                continue;
            }

            var last = parsed.Last is { } given ? function.Line + given : (int?)null;
            Write(text, $"<{function.QualifiedName}@{files[0]}:{parsed.First ?? 0}>", files[0], lines, function.Line + (parsed.First ?? 0), last, function.Line, sourceText);
        }

        if (text.Length > 0)
            return;
        var similar = found.Count == 0 ? target.SimilarFunctions(parsed.Function!) : [];
        throw Error(range, why ?? (target.Code is null
            ? $"-L needs debug information about functions, and there is none of {target.Name}"
            : $"no function '{parsed.Function}' in the debug information of {target.Name}{Suggestions.DidYouMean(similar.Count > 0 ? similar[0] : null)}"));
    }

    /// <summary>Lines of its own code, and those where something was inlined into it.</summary>
    private static SortedSet<int> LinesOf(DebugFunction function, IReadOnlyList<string> files, ProbeTarget target, ISourcePlaces places, bool noInlines)
    {
        var lines = new SortedSet<int>();
        foreach (var copy in function.Copies)
        {
            if (copy.IsInlined && noInlines)
                continue;
            foreach (var piece in copy.Ranges)
            {
                ulong? last = null;
                foreach (var row in places.RowsIn(piece))
                {
                    // Of several lines that begin at one instruction a probe can only mean the first: so does perf.
                    if (row.Address.Value == last)
                        continue;
                    last = row.Address.Value;
                    var chain = target.Code!.CopiesAt(row.Address);
                    if (chain.Count == 0 || !IsSame(chain[0].Function, function))
                        AddCall(lines, chain, function, files);
                    else if (row.Address == copy.Entry)
                        lines.Add(function.Line);
                    else if (row.Line >= function.Line && Contains(files, row.File))
                        lines.Add(row.Line);
                }
            }
        }

        return lines;
    }

    private static void AddCall(SortedSet<int> lines, IReadOnlyList<DebugFunctionCopy> chain, DebugFunction function, IReadOnlyList<string> files)
    {
        for (var i = 0; i + 1 < chain.Count; i++)
        {
            var (file, line) = chain[i].CallPlace;
            if (IsSame(chain[i + 1].Function, function) && line >= function.Line && (file is null || Contains(files, file)))
                lines.Add(line);
        }
    }

    private static bool IsSame(DebugFunction a, DebugFunction b) => ReferenceEquals(a, b) || (a.Line == b.Line && a.Name == b.Name && a.File == b.File);

    private static bool Contains(IReadOnlyList<string> files, string file)
    {
        foreach (var one in files)
        {
            if (one == file || (file.Length > 0 && one.EndsWith(file, StringComparison.Ordinal) && one.Length > file.Length && one[^(file.Length + 1)] == '/'))
                return true;
        }

        return false;
    }

    /// <param name="text">Gets the lines.</param>
    /// <param name="header">The first line.</param>
    /// <param name="file">The source file.</param>
    /// <param name="lines">Lines with code, ascending.</param>
    /// <param name="first">The first to be shown.</param>
    /// <param name="last">The last to be shown; null for a few behind the last with code.</param>
    /// <param name="zero">What numbers are counted from.</param>
    /// <param name="sourceText">The text.</param>
    private static void Write(StringBuilder text, string header, string file, List<int> lines, int first, int? last, int zero, Func<string, IReadOnlyList<string>?>? sourceText)
    {
        text.Append(header).Append('\n');
        if (sourceText?.Invoke(file) is not { } source)
        {
            foreach (var line in lines)
                text.Append(CultureInfo.InvariantCulture, $"{line - zero,7}\n");
            text.Append(CultureInfo.InvariantCulture, $"(the source text {file} is not at hand: the lines that can be probed by number)\n");
            return;
        }

        if (lines[^1] > source.Count)
            text.Append(CultureInfo.InvariantCulture, $"(the source text has {source.Count} lines, and code is of line {lines[^1]}: it is not the one that was compiled)\n");
        var end = Math.Min(last ?? lines[^1] + AdditionalLines, Math.Min(source.Count, first + MaxLines));
        var next = 0;
        for (var line = first; line <= end; line++)
        {
            while (next < lines.Count && lines[next] < line)
                next++;
            if (next < lines.Count && lines[next] == line)
                text.Append(CultureInfo.InvariantCulture, $"{line - zero,7}  ");
            else
                text.Append(' ', 9);
            text.Append(source[line - 1]).Append('\n');
        }
    }

    private static string Between(LineRange range) =>
        range.First is null ? "" : range.Last is null ? $" from :{range.First} on" : range.Last == range.First ? $" at :{range.First}" : $" from :{range.First} to :{range.Last}";

    private static ProbeSyntaxException Error(string range, string reason) => new(range, 0, reason);
}

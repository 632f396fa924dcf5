using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

internal sealed partial class Points
{
    /// <summary><c>FUNC:RLN</c>, <c>FUNC;PTN</c>.</summary>
    private List<Site> LinesOf(FunctionPoint point, List<(DebugFunction? Function, DebugFunctionCopy? Copy, TargetFunction? Symbol)> pieces)
    {
        var places = NeedPlaces(point.Line is not null ? $"'{point.Function}:{point.Line}'" : $"'{point.Function};{point.Pattern}'");
        var sites = new List<Site>();
        var done = new HashSet<ulong>();
        string? why = null;
        foreach (var (function, copy, symbol) in pieces)
        {
            if (function?.File is not { } file || function.Line == 0 || copy is null)
            {
                why ??= $"the source line of {function?.QualifiedName ?? symbol?.DisplayName} is not known";
                continue;
            }

            var files = places.FindFiles(file);
            if (files.Count == 0)
            {
                why ??= $"no line of {file} has code";
                continue;
            }

            var all = LinesWithCode(places, files, copy);
            var wanted = point.Line is { } relative ? [function.Line + relative] : MatchingLines(places, files, all, point.Pattern!);
            var before = sites.Count;
            foreach (var line in wanted)
            {
                foreach (var name in files)
                {
                    foreach (var address in places.FindLine(name, line))
                    {
                        if (Holds(copy, address) && done.Add(address.Value))
                            sites.Add(AtLine(address, EventNames.OfFunction(point.Function)));
                    }
                }
            }

            if (sites.Count == before)
            {
                why ??= point.Line is not null
                    ? $"line {function.Line + point.Line} of {Short(file)} (:{point.Line}) has no code of its own in {function.QualifiedName}{Nearest(all, function.Line + point.Line.Value, function.Line)}"
                    : $"no line of {function.QualifiedName} that has code holds '{point.Pattern}'";
            }
        }

        return sites.Count > 0 ? sites : throw Error(why ?? "no place is left");
    }

    /// <summary><c>SRC:ALN</c>, <c>SRC;PTN</c>.</summary>
    private List<Site> Lines(LinePoint point)
    {
        var places = NeedPlaces($"'{point.Source}:{point.Line}'");
        var files = places.FindFiles(point.Source);
        if (files.Count == 0)
            throw Error($"no source file of {target.Name} ends in '{point.Source}'");
        var sites = new List<Site>();
        var done = new HashSet<ulong>();
        foreach (var file in files)
        {
            IReadOnlyList<int> wanted = point.Line is { } only ? [only] : MatchingLines(places, [file], places.LinesOf(file), point.Pattern!);
            foreach (var line in wanted)
            {
                foreach (var address in places.FindLine(file, line))
                {
                    if (done.Add(address.Value))
                        sites.Add(AtLine(address, null, point.Source, line));
                }

                if (sites.Count == 0 && point.Line is not null)
                    Declared(sites, places, file, line);
            }
        }

        if (sites.Count > 0)
        {
            sites.Sort(static (a, b) => a.Address.Value.CompareTo(b.Address.Value));
            return sites;
        }

        throw Error(point.Line is { } missing
            ? $"line {missing} of {Short(files[0])} has no code{Nearest(places.LinesOf(files[0]), missing, 0)}"
            : $"no line of {Short(files[0])} that has code holds '{point.Pattern}'");
    }

    /// <summary>A line that has no code of its own and declares a function: the function's entry, whose code begins on a later line.</summary>
    private void Declared(List<Site> sites, ISourcePlaces places, string file, int line)
    {
        foreach (var other in places.LinesOf(file))
        {
            if (other <= line)
                continue;
            foreach (var address in places.FindLine(file, other))
            {
                if (target.Code?.CopyAt(address) is { } copy && copy.Entry == address && copy.Function.Line == line)
                    sites.Add(AtLine(address, null, file, line));
            }

            if (other > line + 16 || sites.Count > 0)
                return;
        }
    }

    private Site AtLine(Svma address, string? eventBase, string source = "", int line = 0)
    {
        var copies = target.Code?.CopiesAt(address) ?? [];
        var symbol = target.FunctionAt(address);
        var function = copies.Count > 0 ? copies[0].Function : symbol is null ? null : Prototype(symbol);
        var isEntry = copies is [{ IsInlined: false } whole] && whole.Entry == address;
        var name = copies.Count > 0 ? copies[^1].Function.Name : symbol?.DisplayName;
        return new Site
        {
            Address = address,
            Symbol = symbol,
            Copies = copies,
            Function = function,
            IsEntry = isEntry,
            IsClone = symbol is not null && EventNames.IsClone(symbol.Symbol),
            IsBeforePrologue = isEntry && function is not null && !Prologue.IsOptimized(function),
            EventBase = eventBase ?? (name is null ? EventNames.OfLine(source, line) : EventNames.OfFunction(name)),
        };
    }

    private ISourcePlaces NeedPlaces(string what) =>
        target.Places ?? throw Error($"{what} needs debug information about source lines, and there is none of {target.Name}");

    private static List<int> LinesWithCode(ISourcePlaces places, IReadOnlyList<string> files, DebugFunctionCopy copy)
    {
        var lines = new SortedSet<int>();
        foreach (var range in copy.Ranges)
        {
            foreach (var row in places.RowsIn(range))
            {
                if (row.Line > 0 && files.Contains(row.File))
                    lines.Add(row.Line);
            }
        }

        return [.. lines];
    }

    private List<int> MatchingLines(ISourcePlaces places, IReadOnlyList<string> files, IReadOnlyList<int> lines, string pattern)
    {
        var wanted = new List<int>();
        var squeezed = "*" + Squeeze(pattern) + "*";
        foreach (var file in files)
        {
            if (options.SourceText?.Invoke(file) is not { } text)
                continue;
            foreach (var line in lines)
            {
                if (line <= text.Count && Glob(squeezed, Squeeze(text[line - 1])))
                    wanted.Add(line);
            }

            return wanted;
        }

        throw Error($"'{pattern}' is looked for in the source text, and {Short(files[0])} is not at hand: give the line's number, or put the source where the debug information says it is ({files[0]})");
    }

    private static string Squeeze(string text)
    {
        var kept = new System.Text.StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                kept.Append(c);
        }

        return kept.ToString();
    }

    /// <summary><c>*</c> and <c>?</c>, without recursion.</summary>
    private static bool Glob(string pattern, string text)
    {
        int p = 0, t = 0, star = -1, back = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                back = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++back;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static string Nearest(IReadOnlyList<int> lines, int wanted, int first)
    {
        int? before = null, after = null;
        foreach (var line in lines)
        {
            if (line < wanted)
                before = line;
            else if (after is null && line > wanted)
                after = line;
        }

        var near = after ?? before;
        return near is { } found ? first > 0 ? $"; the next that has is :{found - first}" : $"; the next that has is {found}" : "";
    }

    private static string Short(string path) => path[(path.LastIndexOf('/') + 1)..];
}

using System.CommandLine;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Spans;
using TraceKit.Probes.Filters;

namespace TraceKit.Cli.Commands;

/// <summary>The options that say which spans: the same for <c>spans</c> and <c>hist</c>.</summary>
internal sealed class SpanArguments
{
    private static readonly string[] s_commonKeys = ["tid", "pid", "cpu", "comm"];

    private const string FieldPrefix = "field:", Condition = " if ";

    private readonly Option<string[]> _start = new("--start") { HelpName = "EVENT", Description = "The event that begins a span (* and ? match several); 'EVENT if EXPR' for those of its records for which it holds." };
    private readonly Option<string[]> _end = new("--end") { HelpName = "EVENT", Description = "The event that ends it, in the same way." };
    private readonly Option<string[]> _function = new("--function") { HelpName = "NAME", Description = "From entry to return of a probed function or system call, or another pair of events that belong together; * and ? match; may be repeated." };
    private readonly Option<string> _key = new("--key") { HelpName = "KEYS", Description = "What both ends have in common: tid (default), pid, cpu, comm, fields with commas (dev,sector), of different names START=END (next_pid=prev_pid), or all." };
    private readonly Option<bool> _acrossLosses = new("--across-losses") { Description = "Also count spans within which records were lost, though two may be taken for one." };
    private readonly Option<string> _order = new("--order") { HelpName = "ORDER", Description = "Of several open ones of a key an end ends the last (lifo, default: calls), the first (fifo: queues); or there is one at a time, from its latest or earliest start." };

    /// <summary>Adds them to a command.</summary>
    public SpanArguments(Command command)
    {
        foreach (var option in new Option[] { _start, _end, _function, _key, _order, _acrossLosses })
            command.Options.Add(option);
    }

    /// <summary>Whether any span is asked for.</summary>
    public bool AreGiven(ParseResult result) => result.GetValue(_start) is { Length: > 0 } || result.GetValue(_end) is { Length: > 0 } || result.GetValue(_function) is { Length: > 0 };

    /// <summary>Whether spans within which records were lost count too.</summary>
    public bool AcrossLosses(ParseResult result) => result.GetValue(_acrossLosses);

    /// <summary>The spans asked for; all pairs of events that belong together when none is.</summary>
    public IReadOnlyList<SpanDefinition> Read(ParseResult result, Trace trace, IReadOnlyList<string> events)
    {
        string[] starts = result.GetValue(_start) ?? [], ends = result.GetValue(_end) ?? [], names = result.GetValue(_function) ?? [];
        if (starts.Length != ends.Length)
            throw new UserErrorException("--start and --end belong together");
        var definitions = new List<SpanDefinition>();
        for (var i = 0; i < starts.Length; i++)
        {
            var (start, end) = (SideOf(trace, "--start", starts[i], events), SideOf(trace, "--end", ends[i], events));
            definitions.Add(new SpanDefinition { Name = $"{NameOf(trace, start, starts[i])}..{NameOf(trace, end, ends[i])}", Start = start, End = end });
        }

        if (names.Length > 0 || starts.Length == 0)
            definitions.AddRange(Pairs(trace, names, events));
        return [.. definitions.Select(d => Refine(result, trace, d))];
    }

    /// <summary>The times between an event and the next.</summary>
    public SpanDefinition ReadBetween(ParseResult result, Trace trace, IReadOnlyList<string> events)
    {
        if (AreGiven(result))
            throw new UserErrorException("--between is of one event and has no --start, --end or --function");
        var chosen = trace.Events.Where(e => !e.IsSideBandOnly && e.IsAmong(events)).Select(e => e.Index).ToArray();
        if (chosen.Length == 0)
            throw new UserErrorException($"{trace.Path}: has no events");
        var side = new SpanSide(chosen);
        var definition = new SpanDefinition { Name = chosen.Length == 1 ? trace.Events[chosen[0]].Name : "events", Start = side, End = side, Key = [], Order = SpanOrder.Latest, IsBetween = true };
        return definition with { Key = result.GetValue(_key) is { } key ? KeyOf(trace, definition, key) : [] };
    }

    /// <summary>The keys that spans are told apart by: of their start where it has them, unless <c>end.</c> stands before.</summary>
    public static IReadOnlyList<SpanGroupKey> GroupKeys(Trace trace, IReadOnlyList<SpanDefinition> definitions, string? by)
    {
        var keys = new List<SpanGroupKey>();
        foreach (var word in SortKey.Words(by ?? ""))
        {
            var (isStart, isEnd) = (word.StartsWith("start.", StringComparison.Ordinal), word.StartsWith("end.", StringComparison.Ordinal));
            var key = KeyGroups.Parse(isStart ? word["start.".Length..] : isEnd ? word["end.".Length..] : word)[0];
            if (key.Kind == SortKeyKind.Field)
            {
                var (onStart, onEnd) = (definitions.Any(d => HasField(trace, d.Start, key.Name)), definitions.Any(d => HasField(trace, d.End, key.Name)));
                if ((isStart && !onStart) || (isEnd && !onEnd) || (!onStart && !onEnd))
                    throw KeyGroups.Unknown(trace, key.Name, definitions.SelectMany(d => isStart ? d.Start.Events : isEnd ? d.End.Events : [.. d.Start.Events, .. d.End.Events]));
                isEnd |= !isStart && !onStart;
            }

            keys.Add(new SpanGroupKey(key, isEnd, word));
        }

        return keys.Count <= SpanOptions.MostGroupKeys ? keys : throw new UserErrorException($"--by {by}: at most {SpanOptions.MostGroupKeys} keys");
    }

    private static List<SpanDefinition> Pairs(Trace trace, string[] names, IReadOnlyList<string> events)
    {
        var all = SpanFinder.Find(trace).Where(d => d.Start.Events.Concat(d.End.Events).Any(e => trace.Events[e].IsAmong(events))).ToArray();
        if (names.Length == 0)
            return all.Length > 0 ? [.. all] : throw new UserErrorException($"{trace.Path}: has no events that belong together as entry and return do; --start and --end say which do; it has {Recording.List(trace)}");
        var found = new List<SpanDefinition>();
        foreach (var name in names)
        {
            var matching = all.Where(d => !found.Contains(d) && (IsLike(d.Name, name) || d.Start.Events.Any(e => trace.Events[e].IsCalled(name)))).ToArray();
            if (matching.Length == 0 && !found.Exists(d => IsLike(d.Name, name)))
            {
                var near = Suggestions.Nearest(name, all.Select(d => d.Name));
                throw new UserErrorException($"{trace.Path}: no pair of events there is called '{name}'{(near is null ? "" : $", did you mean '{near}'?")}; pairs: {(all.Length == 0 ? "none" : string.Join(", ", all.Select(d => d.Name)))}");
            }

            found.AddRange(matching);
        }

        return found;
    }

    private static bool IsLike(string text, string pattern) => text == pattern || (Glob.IsPattern(pattern) && Glob.Matches(pattern, text));

    private SpanDefinition Refine(ParseResult result, Trace trace, SpanDefinition definition)
    {
        if (result.GetValue(_key) is { } key)
            definition = definition with { Key = KeyOf(trace, definition, key), IsCall = false };
        return result.GetValue(_order) switch
        {
            null => definition,
            "lifo" => definition with { Order = SpanOrder.Nested },
            "fifo" => definition with { Order = SpanOrder.Queue, IsCall = false },
            "latest" => definition with { Order = SpanOrder.Latest, IsCall = false },
            "earliest" => definition with { Order = SpanOrder.Earliest, IsCall = false },
            var other => throw new UserErrorException($"--order {other}: expected lifo, fifo, latest or earliest"),
        };
    }

    private static List<SpanKeyPart> KeyOf(Trace trace, SpanDefinition definition, string text)
    {
        var parts = new List<SpanKeyPart>();
        if (text == "all")
            return parts;
        foreach (var word in SortKey.Words(text))
        {
            var sides = word.Split('=', 2);
            parts.Add(new SpanKeyPart(KeyOn(trace, definition.Start, Without("start.", sides[0].Trim())), KeyOn(trace, definition.End, Without("end.", sides[^1].Trim()))));
        }

        return parts.Count is > 0 and <= SpanDefinition.MostKeyParts ? parts : throw new UserErrorException($"--key {text}: expected one to {SpanDefinition.MostKeyParts} keys, or all");
    }

    /// <summary>A key of one side: as in filters, a field of the events goes before what every record has.</summary>
    private static string KeyOn(Trace trace, SpanSide side, string name)
    {
        name = Without(FieldPrefix, name);
        if (side.Events.All(e => trace.Events[e].Fields.Any(f => f.Name == name)))
            return s_commonKeys.Contains(name) ? FieldPrefix + name : name;
        if (s_commonKeys.Contains(name))
            return name;
        var without = side.Events.First(e => !trace.Events[e].Fields.Any(f => f.Name == name));
        string[] known = [.. s_commonKeys, .. trace.Events[without].Fields.Select(f => f.Name)];
        var near = Suggestions.Nearest(name, known);
        throw new UserErrorException($"--key: {trace.Events[without].Name} has no field '{name}'{(near is null ? "" : $", did you mean '{near}'?")}; it has {string.Join(", ", known)}");
    }

    private static string Without(string prefix, string word) => word.StartsWith(prefix, StringComparison.Ordinal) ? word[prefix.Length..] : word;

    private static bool HasField(Trace trace, SpanSide side, string name) => side.Events.Any(e => trace.Events[e].Fields.Any(f => f.Name == name));

    private static string NameOf(Trace trace, SpanSide side, string typed)
    {
        var name = side.Events.Count == 1 ? trace.Events[side.Events[0]].Name : EventOf(typed);
        return name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>Without its condition.</summary>
    private static string EventOf(string typed) => typed.Split(Condition, 2)[0].Trim();

    private static SpanSide SideOf(Trace trace, string option, string text, IReadOnlyList<string> wanted)
    {
        var at = text.IndexOf(Condition, StringComparison.Ordinal);
        var name = EventOf(text);
        var events = trace.Events.Where(e => !e.IsSideBandOnly && e.IsCalled(name)).Select(e => e.Index).ToArray();
        if (events.Length > 0)
        {
            events = [.. events.Where(e => trace.Events[e].IsAmong(wanted))];
            if (events.Length == 0)
                throw new UserErrorException($"{option} {name}: none of the events that -e chooses ({string.Join(", ", wanted)})");
        }
        else
        {
            var near = Suggestions.Nearest(name, trace.Events.Select(e => e.Name));
            throw new UserErrorException($"{option} {name}: {trace.Path} has no such event{(near is null ? "" : $", did you mean '{near}'?")}; it has {Recording.List(trace)}");
        }

        if (at < 0)
            return new SpanSide(events);
        try
        {
            var filter = FilterExpression.Parse(text[(at + Condition.Length)..]);
            return trace.FindProblem(filter, events.Contains) is { } problem ? throw problem : new SpanSide(events, filter);
        }
        catch (FilterSyntaxException problem)
        {
            throw new UserErrorException($"{option} '{text}': column {at + Condition.Length + problem.Position + 1}: expected {problem.Expected}, found {problem.Found}") { Excerpt = text, ExcerptPosition = at + Condition.Length + problem.Position };
        }
    }
}

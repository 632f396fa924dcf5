using Microsoft.Data.Analysis;
using TraceKit.Engine;
using TraceKit.Engine.Aggregates;
using TraceKit.Engine.Model;
using TraceKit.Report.Profiles;

namespace TraceKit.Report.Tables;

/// <summary>The tables of an analysis as data frames: small (what is distinct, not what was sampled), typed, one look for all.</summary>
public static class ResultTables
{
    /// <summary>Lines of one table; the lightest are left out beyond that.</summary>
    public const int MostRows = 100_000;

    /// <summary>Functions of every event by self weight: <c>event, function, module, self, self_percent, total, total_percent, samples, unresolved</c>.</summary>
    public static DataFrame Functions(Analysis analysis)
    {
        var table = new TableBuilder("event", "function", "module");
        var (self, selfPercent, total, totalPercent, samples) = (table.Whole("self"), table.Real("self_percent"), table.Whole("total"), table.Real("total_percent"), table.Whole("samples"));
        var reason = table.Text("unresolved");
        ForEachEvent(analysis, "dso,sym", true, (traceEvent, profile, entry) =>
        {
            if (table.Count >= MostRows)
                return;
            table.Add(traceEvent.Name, entry.Values[1], entry.Values[0]);
            self.Append(entry.SelfWeight);
            selfPercent.Append(Percent(entry.SelfWeight, profile.TotalWeight));
            total.Append(entry.TotalWeight);
            totalPercent.Append(Percent(entry.TotalWeight, profile.TotalWeight));
            samples.Append(entry.SelfCount);
            var function = entry.Function < 0 ? null : analysis.Functions[entry.Function];
            reason.Append(function is null || function.IsKnown ? "" : LossNotes.Describe(function.Reason));
        });
        return table.ToFrame();
    }

    /// <summary>Threads of every event: <c>event, comm, pid, tid, weight, percent, samples</c>.</summary>
    public static DataFrame Threads(Analysis analysis)
    {
        var table = new TableBuilder("event", "comm");
        var (pid, tid, weight, percent, samples) = (table.Whole("pid"), table.Whole("tid"), table.Whole("weight"), table.Real("percent"), table.Whole("samples"));
        ForEachEvent(analysis, "comm,pid,tid", false, (traceEvent, profile, entry) =>
        {
            table.Add(traceEvent.Name, entry.Values[0]);
            pid.Append(long.Parse(entry.Values[1], null));
            tid.Append(long.Parse(entry.Values[2], null));
            weight.Append(entry.SelfWeight);
            percent.Append(Percent(entry.SelfWeight, profile.TotalWeight));
            samples.Append(entry.SelfCount);
        });
        return table.ToFrame();
    }

    /// <summary>Modules of every event: <c>event, module, path, build_id, self, self_percent, total, samples, problem</c>.</summary>
    public static DataFrame Modules(Analysis analysis)
    {
        var table = new TableBuilder("event", "module", "path", "build_id");
        var (self, selfPercent, total, samples) = (table.Whole("self"), table.Real("self_percent"), table.Whole("total"), table.Whole("samples"));
        var problem = table.Text("problem");
        ForEachEvent(analysis, "dso", true, (traceEvent, profile, entry) =>
        {
            var module = entry.Module < 0 ? null : analysis.Modules[entry.Module];
            table.Add(traceEvent.Name, entry.Values[0], module?.Path ?? "", module?.BuildId ?? "");
            self.Append(entry.SelfWeight);
            selfPercent.Append(Percent(entry.SelfWeight, profile.TotalWeight));
            total.Append(entry.TotalWeight);
            samples.Append(entry.SelfCount);
            problem.Append(module is null ? "nothing known to be mapped there" : module.SnapshotProblem);
        });
        return table.ToFrame();
    }

    /// <summary>Texts that events carried and how often: <c>event, field, value, samples, percent</c>.</summary>
    public static DataFrame Values(Analysis analysis)
    {
        var table = new TableBuilder("event", "field", "value");
        var (samples, percent) = (table.Whole("samples"), table.Real("percent"));
        foreach (var traceEvent in analysis.Events)
        {
            foreach (var field in traceEvent.Fields.Where(f => f.IsCategory && analysis.Samples.Field(f.Name) is not null))
            {
                var index = traceEvent.Index;
                var profile = FlatProfile.Build(analysis, [new SortKey(SortKeyKind.Field, field.Name)], false, row => analysis.Samples.Events[row] == index);
                foreach (var entry in profile.Entries)
                {
                    if (table.Count >= MostRows)
                        break;
                    table.Add(traceEvent.Name, field.Name, entry.Values[0]);
                    samples.Append(entry.SelfCount);
                    percent.Append(Percent(entry.SelfCount, profile.TotalCount));
                }
            }
        }

        return table.ToFrame();
    }

    /// <summary>Events: <c>event, unit, filter, samples, weight</c>.</summary>
    public static DataFrame Events(Analysis analysis)
    {
        var table = new TableBuilder("event", "unit", "filter");
        var (samples, weight) = (table.Whole("samples"), table.Whole("weight"));
        var counts = new long[analysis.Events.Count];
        var weights = new long[analysis.Events.Count];
        for (var row = 0; row < analysis.Samples.Count; row++)
        {
            counts[analysis.Samples.Events[row]] += analysis.Samples.Counts[row];
            weights[analysis.Samples.Events[row]] += analysis.Samples.Weights[row];
        }

        foreach (var traceEvent in analysis.Events.Where(e => !e.IsSideBandOnly))
        {
            table.Add(traceEvent.Name, traceEvent.WeightIsTime ? "ns" : "events", traceEvent.Filter);
            samples.Append(counts[traceEvent.Index]);
            weight.Append(weights[traceEvent.Index]);
        }

        return table.ToFrame();
    }

    /// <summary>Losses: <c>cause, detail, cpu, first_time, last_time, count</c>; cpu -1 is nowhere in particular.</summary>
    public static DataFrame Losses(Trace trace)
    {
        var table = new TableBuilder("cause", "detail");
        var (cpu, first, last, count) = (table.Whole("cpu"), table.Whole("first_time"), table.Whole("last_time"), table.Whole("count"));
        foreach (var loss in trace.Losses)
        {
            table.Add(loss.Cause.ToString(), loss.Detail ?? "");
            cpu.Append(loss.Cpu);
            first.Append((long)loss.FirstTime);
            last.Append((long)loss.LastTime);
            count.Append((long)loss.Count);
        }

        foreach (var damage in trace.Damage)
        {
            table.Add("file damage: " + damage.Reason, damage.Detail);
            cpu.Append(-1);
            first.Append(0);
            last.Append(0);
            count.Append((long)damage.MissingChunks);
        }

        return table.ToFrame();
    }

    private static void ForEachEvent(Analysis analysis, string keys, bool children, Action<TraceEvent, FlatProfile, FlatEntry> add)
    {
        foreach (var traceEvent in analysis.Events)
        {
            var index = traceEvent.Index;
            var profile = FlatProfile.Build(analysis, SortKey.ParseList(keys), children, row => analysis.Samples.Events[row] == index);
            foreach (var entry in profile.Entries)
                add(traceEvent, profile, entry);
        }
    }

    private static double Percent(long part, long total) => total == 0 ? 0 : 100.0 * part / total;
}

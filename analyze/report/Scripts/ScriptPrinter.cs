using System.Globalization;
using System.Text;
using TraceKit.Engine;
using TraceKit.Engine.Model;
using TraceKit.Engine.Stacks;
using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>How <c>script</c> prints.</summary>
public sealed record ScriptOptions
{
    /// <summary>Fields to print instead of the default, or to add to it.</summary>
    public ScriptFields Added { get; init; }

    /// <summary>Fields to leave out of the default.</summary>
    public ScriptFields Removed { get; init; }

    /// <summary>Whether <see cref="Added"/> stands alone.</summary>
    public bool Replaces { get; init; }

    /// <summary>Nanoseconds instead of microseconds.</summary>
    public bool Nanoseconds { get; init; }

    /// <summary>Source files with their folders.</summary>
    public bool FullSourcePath { get; init; }

    /// <summary>Call chains under the lines.</summary>
    public bool Chains { get; init; } = true;
}

/// <summary>Prints records one by one as <c>perf script</c> does; text from the trace cannot drive a terminal.</summary>
public sealed class ScriptPrinter
{
    private readonly Trace _trace;
    private readonly ScriptOptions _options;
    private readonly ScriptEvents _events;
    private readonly StringBuilder _scratch = new();
    private readonly Dictionary<int, string> _modules = [];

    /// <summary>Makes a printer for one trace.</summary>
    public ScriptPrinter(Trace trace, ScriptOptions options)
    {
        _trace = trace;
        _options = options;
        _events = new ScriptEvents(trace);
    }

    /// <summary>Appends one record, with the newline at its end.</summary>
    public void Append(StringBuilder output, EventRecord record)
    {
        var traceEvent = record.Event;
        if (traceEvent is null)
        {
            AppendHead(output, record, ScriptFields.Sampling, false);
            output.Append(SafeText.Show(record.SideBandText)).Append('\n');
            return;
        }

        var hasChain = _events.HasChain(traceEvent.Index) && _options.Chains;
        var fields = Fields(traceEvent, hasChain);
        var printsChain = hasChain && (fields & ScriptFields.Ip) != 0;
        AppendHead(output, record, fields, printsChain);
        if ((fields & ScriptFields.Period) != 0)
            output.Append(CultureInfo.InvariantCulture, $"{record.Period,10} ");
        if ((fields & ScriptFields.Event) != 0)
            output.Append(traceEvent.Name.PadLeft(_events.NameWidth)).Append(": ");
        if ((fields & ScriptFields.Trace) != 0)
            AppendTrace(output, record);
        if ((fields & ScriptFields.Ip) == 0)
        {
            output.Append('\n');
            return;
        }

        if (!printsChain)
        {
            AppendOne(output.Append(' '), record, fields);
            output.Append('\n');
            return;
        }

        output.Append('\n');
        foreach (var entry in record.Callchain)
        {
            output.Append('\t');
            AppendFrame(output, entry, fields, inProcess: false);
            output.Append('\n');
        }

        output.Append('\n');
    }

    private ScriptFields Fields(TraceEvent traceEvent, bool hasChain)
    {
        if (_options.Replaces)
            return _options.Added;
        var fields = traceEvent.IsTracepoint ? ScriptFields.Tracepoint | (hasChain ? ScriptFields.Ip : 0) : ScriptFields.Sampling;
        return (fields | _options.Added) & ~_options.Removed;
    }

    private void AppendHead(StringBuilder output, EventRecord record, ScriptFields fields, bool chain)
    {
        if ((fields & ScriptFields.Comm) != 0)
        {
            var comm = SafeText.Show(record.Comm);
            output.Append(chain ? comm : comm.PadLeft(16)).Append(' ');
        }

        if ((fields & (ScriptFields.Pid | ScriptFields.Tid)) == (ScriptFields.Pid | ScriptFields.Tid))
            output.Append(CultureInfo.InvariantCulture, $"{record.Pid,5}/{record.Tid,-5} ");
        else if ((fields & ScriptFields.Pid) != 0)
            output.Append(CultureInfo.InvariantCulture, $"{record.Pid,5} ");
        else if ((fields & ScriptFields.Tid) != 0)
            output.Append(CultureInfo.InvariantCulture, $"{record.Tid,5} ");
        if ((fields & ScriptFields.Cpu) != 0 && record.Cpu >= 0)
            output.Append(CultureInfo.InvariantCulture, $"[{record.Cpu:000}] ");
        if ((fields & ScriptFields.Time) != 0)
            AppendTime(output, record.Time);
    }

    private void AppendTime(StringBuilder output, long time)
    {
        var nanoseconds = (ulong)Math.Max(0, time);
        var seconds = nanoseconds / 1_000_000_000;
        if (_options.Nanoseconds)
            output.Append(CultureInfo.InvariantCulture, $"{seconds,5}.{nanoseconds % 1_000_000_000:000000000}: ");
        else
            output.Append(CultureInfo.InvariantCulture, $"{seconds,5}.{nanoseconds / 1000 % 1_000_000:000000}: ");
    }

    private void AppendTrace(StringBuilder output, EventRecord record)
    {
        _scratch.Clear();
        record.AppendText(_scratch);
        output.Append(SafeText.Show(_scratch.ToString()));
    }

    private void AppendOne(StringBuilder output, EventRecord record, ScriptFields fields)
    {
        // On the sample's own line stands the concrete function, as perf has it.
        var innermost = 0;
        while (innermost < record.Callchain.Count && record.Callchain[innermost].Frame.IsInlined)
            innermost++;
        if (innermost < record.Callchain.Count)
            AppendFrame(output, record.Callchain[innermost], fields, inProcess: true);
        else
            AppendHex(output, record.Ip);
    }

    /// <param name="output">Appended to.</param>
    /// <param name="entry">The frame.</param>
    /// <param name="fields">What to print.</param>
    /// <param name="inProcess">Print the address in the process, as perf does on the sample's own line; in chains it prints the one in the file.</param>
    private void AppendFrame(StringBuilder output, in CallchainEntry entry, ScriptFields fields, bool inProcess)
    {
        var frame = entry.Frame;
        // Mappings begin at pages: the low bits tell whether the look-up address is the return address or a byte before it.
        var back = (entry.Address - frame.Address) & 1;
        AppendHex(output, inProcess || frame.Module < 0 || frame.Kind == FrameKind.Kernel ? entry.Address : frame.Address + back);
        if ((fields & ScriptFields.Sym) != 0)
        {
            output.Append(' ').Append(Symbol(frame));
            if ((fields & ScriptFields.SymOff) != 0 && frame.Reason == UnresolvedReason.None && frame.Offset != ResolvedFrame.NoOffset)
                output.Append(CultureInfo.InvariantCulture, $"+0x{frame.Offset + back:x}");
        }

        if ((fields & ScriptFields.Dso) != 0 && !frame.IsInlined)
            output.Append(" (").Append(Module(frame)).Append(')');
        if ((fields & ScriptFields.SrcLine) != 0)
            AppendLine(output.Append("\n  "), frame);
        if (frame.IsInlined)
            output.Append(" (inlined)");
    }

    /// <summary>The file's name and the line, as perf prints them without <c>--full-source-path</c>; <c>??:0</c> when unknown.</summary>
    private void AppendLine(StringBuilder output, in ResolvedFrame frame)
    {
        if (string.IsNullOrEmpty(frame.File))
        {
            output.Append("??:0");
            return;
        }

        var name = _options.FullSourcePath ? frame.File : frame.File[(frame.File.LastIndexOf('/') + 1)..];
        output.Append(SafeText.Show(name)).Append(CultureInfo.InvariantCulture, $":{frame.Line}");
    }

    private static void AppendHex(StringBuilder output, ulong address) => output.Append(CultureInfo.InvariantCulture, $"{address,16:x}");

    private static string Symbol(in ResolvedFrame frame)
    {
        if (frame.Reason != UnresolvedReason.None)
            return FunctionTable.UnknownName;
        return SafeText.Show(frame.Name);
    }

    private string Module(in ResolvedFrame frame)
    {
        if (frame.Module < 0)
            return FunctionTable.UnknownName;
        if (!_modules.TryGetValue(frame.Module, out var name))
        {
            var modules = _trace.Model.Modules;
            _modules.Add(frame.Module, name = SafeText.Show(frame.Module < modules.Count ? modules[frame.Module].Path : frame.ModuleName));
        }

        return name;
    }
}

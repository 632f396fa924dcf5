using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Native;
using TraceKit.Capture.Probes;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Commands;

/// <summary><c>record</c>: opens the events, starts the command, drains until the end, closes the file, removes the probes.</summary>
internal static class RecordCommand
{
    public static int Run(string[] arguments)
    {
        var options = RecordParser.Parse(arguments);
        if (options is null)
        {
            Terminal.Out(HelpText.Record);
            return 0;
        }

        // First of all, so that every thread inherits the blocked signals.
        using var signals = new Signals();
        using var probes = new ProbeSession(options.Pids);
        probes.RemoveStale();
        var child = options.Command.Count > 0 ? ChildProcess.StartHeld(options.Command, signals.OriginalMask) : null;
        try
        {
            return Record(options, signals, probes, child);
        }
        finally
        {
            child?.Stop();
        }
    }

    private static int Record(RecordOptions options, Signals signals, ProbeSession probes, ChildProcess? child)
    {
        var events = EventResolver.Resolve(options.Events, probes, config => EventProbe.Opens(EventNames.PERF_TYPE_HARDWARE, config));
        probes.CloseTargets();
        using var session = PerfSession.Open(options, events, child);
        using var output = TraceOutput.Create(options.Output);
        var queue = new BlockQueue(Drain.BlocksFor(session.Rings.Count, session.RingBytes));
        var drain = new Drain(session.Rings, queue);
        var encoder = new Encoder(options, session, queue, output, child?.Pid);
        Start(session, options, child, encoder);

        string ended;
        using (var loop = new RecordLoop(options, session, signals, child, drain, encoder))
            ended = loop.Run();
        Terminal.Detail($"stopped: {ended}; the drain waited {queue.Waits} times for the encoder");
        session.Disable();
        while (drain.Round(last: false))
        {
        }

        // From here a second Ctrl+C ends the program at once: what is written stays readable, and no probe stays armed.
        signals.Settle();
        signals.Restore();

        drain.Round(last: true);
        var lost = session.CountLost();
        session.CloseEvents();
        probes.Dispose();
        encoder.Finish(drain.CorruptBytes, lost, ended);

        Terminal.Detail($"agent: {Clock.ProcessCpu / 1_000_000.0:0.0} ms CPU, {Host.ProcStat.StatusField(Libc.getpid(), "VmHWM")} peak memory, rings included");

        if (encoder.Failure is { } failure)
            throw new CaptureException($"{options.Output}: {failure.Message}", "free space, or write elsewhere with -o; what was written until then can be read");
        var totals = encoder.Totals;
        Terminal.Error($"{totals.Samples} samples, {totals.Lost} lost, {Quantity.FormatSize(output.Length)} -> {options.Output}; next: tracekit {ShellWord(options.Output)}");
        if (child is null)
            return 0;
        child.Stop();
        return child.ExitCode ?? 0;
    }

    private static void Start(PerfSession session, RecordOptions options, ChildProcess? child, Encoder encoder)
    {
        if (child is null || options.AllCpus)
        {
            session.EnableSideBand();
            encoder.Start();
            session.EnableSampling();
        }
        else
        {
            // The exec enables the events.
            encoder.Start();
        }

        child?.Release();
        // On a loaded host the rings overflow while the drain waits for its turn; it needs little time, but soon. Only this thread, and only
        // where it is allowed (CAP_SYS_NICE); the command and the other threads were started before.
        ThreadPriorities.Set(-10);
    }

    private static string ShellWord(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '.' or '-' or '_' or '+' or ',' or '='))
                return "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        }

        return text;
    }
}

using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Native;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Commands;

/// <summary>
/// The main thread while recording: waits for rings, signals and the clock, and drains. It ends the recording when the command ended, the
/// traced tasks ended, the time or the size is reached, a signal came, or the file cannot be written.
/// </summary>
internal sealed class RecordLoop : IDisposable
{
    /// <summary>Rings are emptied this often even when nothing wakes us: what a kill -9 can lose.</summary>
    private const int RoundMilliseconds = 250;

    /// <summary>The first rounds are shorter, each twice the one before: a short command's facts are read while it lives.</summary>
    private const int FirstRoundMilliseconds = 8;

    /// <summary>What a command gets to end by itself after a signal.</summary>
    private const int GraceMilliseconds = 1000;

    private const int SignalToken = -1, ChildToken = -2;
    private readonly RecordOptions _options;
    private readonly Signals _signals;
    private readonly ChildProcess? _child;
    private readonly Drain _drain;
    private readonly Encoder _encoder;
    private readonly Poller _poller = new();
    private readonly List<int> _polled = [];
    private readonly int _childDescriptor = -1;
    private int _tasksLeft;
    private long _end;

    public RecordLoop(RecordOptions options, PerfSession session, Signals signals, ChildProcess? child, Drain drain, Encoder encoder)
    {
        _options = options;
        _signals = signals;
        _child = child;
        _drain = drain;
        _encoder = encoder;
        _poller.Add(signals.Descriptor, SignalToken);
        if (child is not null && (_childDescriptor = child.OpenDescriptor()) >= 0)
            _poller.Add(_childDescriptor, ChildToken);
        // Ring owners wake us for their CPU; for tasks every carrier is watched, because the owner's thread may be the first to end.
        var watched = options.AllCpus || child is not null ? session.Rings.Count : session.SideBand.Descriptors.Count;
        for (var i = 0; i < watched; i++)
        {
            _polled.Add(session.SideBand.Descriptors[i]);
            _poller.Add(session.SideBand.Descriptors[i], i);
        }

        _tasksLeft = options.AllCpus || child is not null ? 0 : watched;
        _end = options.Duration is { } duration ? Environment.TickCount64 + duration : long.MaxValue;
    }

    /// <summary>Runs until something ends the recording; what did, for <c>-v</c>.</summary>
    public string Run()
    {
        var round = FirstRoundMilliseconds;
        while (true)
        {
            var now = Environment.TickCount64;
            if (now >= _end)
                return "the time is over";
            var events = _poller.Wait((int)Math.Clamp(_end - now, 1, round));
            round = Math.Min(round * 2, RoundMilliseconds);
            string? ended = null;
            for (var i = 0; i < events; i++)
            {
                if (_poller.Token(i) == SignalToken)
                    ended ??= TakeSignals();
                else if (_poller.Token(i) >= 0 && _poller.IsHangUp(i))
                    ended ??= TaskEnded(_poller.Token(i));
            }

            // Also without a descriptor, on kernels before 5.3: then within a round.
            if (_child is not null && _child.Wait(block: false))
                ended ??= "the command has ended";

            _drain.Round(last: false);
            if (_encoder.Failure is not null)
                return "the file cannot be written";
            if (_options.MaxSize is { } limit && _encoder.BytesWritten >= limit)
                return "the size is reached";
            if (ended is not null)
                return ended;
        }
    }

    public void Dispose()
    {
        _poller.Dispose();
        if (_childDescriptor >= 0)
            Libc.close(_childDescriptor);
    }

    private string? TakeSignals()
    {
        string? ended = null;
        while (_signals.TryTake(out var signal))
        {
            if (_child is null || _child.ExitCode is not null)
            {
                ended = "a signal came";
                continue;
            }

            // A signal of the terminal reached the command too; any other was meant for both. The command gets a moment to end by itself.
            if (!signal.FromTerminal)
                _child.Signal(signal.Number);
            _end = Math.Min(_end, Environment.TickCount64 + GraceMilliseconds);
        }

        return ended;
    }

    private string? TaskEnded(int token)
    {
        _poller.Remove(_polled[token]);
        if (_tasksLeft == 0)
            return null;
        return --_tasksLeft == 0 ? "the traced tasks have ended" : null;
    }
}

using TraceKit.Engine.Model;

namespace TraceKit.Report.Scripts;

/// <summary>Begins and stops at events: samples count after one that switches on, until one that switches off, and so on.</summary>
/// <param name="on">Whether an event switches on; null when samples count from the first one.</param>
/// <param name="off">Whether an event switches off; null for never.</param>
/// <param name="showsBoth">Samples that switch count too.</param>
public sealed class EventSwitch(Func<TraceEvent, bool>? on, Func<TraceEvent, bool>? off, bool showsBoth)
{
    private bool _isOn = on is null;

    /// <summary>Takes the next sample; whether it counts.</summary>
    public bool Wants(TraceEvent traceEvent)
    {
        if (_isOn)
        {
            if (off?.Invoke(traceEvent) != true)
                return true;
            _isOn = false;
            return showsBoth;
        }

        if (on?.Invoke(traceEvent) != true)
            return false;
        _isOn = true;
        return showsBoth;
    }
}

namespace TraceKit.Engine.Spans;

/// <summary>Why a start has no end, or an end no start.</summary>
public enum SpanUnmatched
{
    /// <summary>An end: its thread ran before the recording began, so the span may have.</summary>
    BeganBefore,

    /// <summary>An end, on a thread that the recording saw from its beginning: no start of it was recorded.</summary>
    NoStart,

    /// <summary>An end: records were lost before it, the start may be among them.</summary>
    StartLost,

    /// <summary>A start: the recording ended first.</summary>
    StillOpen,

    /// <summary>A start: its thread ended first.</summary>
    ThreadEnded,

    /// <summary>A start: records were lost after it, the end may be among them.</summary>
    EndLost,

    /// <summary>A start: another of the same key came before any end.</summary>
    Restarted,

    /// <summary>A start of a call: its caller returned first (an exception, <c>longjmp</c>, or a return that was not recorded).</summary>
    CallerReturned,

    /// <summary>A start that came while another of the same key was open, and was passed over because only the earliest counts.</summary>
    PassedOver,

    /// <summary>A start or an end whose key could not be read.</summary>
    NoKey,
}

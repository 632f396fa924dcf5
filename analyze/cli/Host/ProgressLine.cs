namespace TraceKit.Cli.Host;

/// <summary>One line on a terminal that says how far the work is, and is gone when it is done.</summary>
internal sealed class ProgressLine(TextWriter error, string what) : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private readonly Lock _gate = new();
    private readonly long _started = Environment.TickCount64;
    private int _shown = -1;
    private bool _done;

    /// <summary>May be called from any thread; short work never shows anything.</summary>
    public void Report(int done, int all)
    {
        var percent = all <= 0 ? 0 : (int)(100L * done / all);
        lock (_gate)
        {
            if (_done || percent <= _shown || Environment.TickCount64 - _started < Quiet.TotalMilliseconds)
                return;
            _shown = percent;
            error.Write($"\r{Path.GetFileName(what)}: {percent} %");
            error.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_shown >= 0 && !_done)
                error.Write("\r\u001b[K");
            _done = true;
        }
    }
}

using System.Globalization;
using TraceKit.Engine.Streams;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

/// <summary>The forms of a frame's names that filters accept.</summary>
internal static class FrameNames
{
    /// <summary>A module by its short name or its path.</summary>
    public static bool Fits(FrameTest test, string name, string path) => test.Fits(name) || (path != name && test.Fits(path));

    /// <summary>A line by the file's name or its path.</summary>
    public static bool FitsLine(FrameTest test, string file, uint line)
    {
        var number = string.Create(CultureInfo.InvariantCulture, $":{line}");
        return Fits(test, file[(file.LastIndexOf('/') + 1)..] + number, file + number);
    }

    /// <summary>Asks one sample's call chain: innermost first, inlined functions before the one that they are in.</summary>
    /// <param name="test">What to ask.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="modulePath">Path of a module by number.</param>
    public static bool Holds(FrameTest test, IReadOnlyList<CallchainEntry> chain, Func<int, string> modulePath)
    {
        var first = 0;
        var last = chain.Count - 1;
        if (test.Place != FramePlace.Stack)
        {
            last = EndOfAddress(chain, 0);
            if (test.Place == FramePlace.Caller)
            {
                first = last + 1;
                last = first < chain.Count ? EndOfAddress(chain, first) : -1;
            }
            else if (test.Property == FrameProperty.SourceLine)
            {
                last = Math.Min(0, chain.Count - 1);
            }
            else
            {
                first = last;
            }
        }

        for (var i = Math.Max(first, 0); i <= last; i++)
        {
            var frame = chain[i].Frame;
            var (has, fits) = test.Property switch
            {
                FrameProperty.Symbol => (frame.Reason == Symbols.UnresolvedReason.None, frame.Reason == Symbols.UnresolvedReason.None && test.Fits(frame.Name)),
                FrameProperty.Module => (frame.Module >= 0, frame.Module >= 0 && Fits(test, frame.ModuleName, modulePath(frame.Module))),
                _ => (!string.IsNullOrEmpty(frame.File), !string.IsNullOrEmpty(frame.File) && FitsLine(test, frame.File, frame.Line)),
            };
            if (has && fits != test.IsNot)
                return true;
        }

        return false;
    }

    /// <summary>Addresses of a chain: functions that were inlined there do not count.</summary>
    public static int Depth(IReadOnlyList<CallchainEntry> chain)
    {
        var depth = 0;
        for (var i = 0; i < chain.Count; i++)
            depth += chain[i].Frame.IsInlined ? 0 : 1;
        return depth;
    }

    private static int EndOfAddress(IReadOnlyList<CallchainEntry> chain, int at)
    {
        while (at < chain.Count && chain[at].Frame.IsInlined)
            at++;
        return at < chain.Count ? at : chain.Count - 1;
    }
}

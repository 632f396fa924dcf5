using TraceKit.Report.Html;

namespace TraceKit.Browser.Tests;

/// <summary>Reports made up for the page: a small one whose numbers can be reckoned by hand, and one of the size of a million samples.</summary>
internal static class SampleReport
{
    /// <summary>A function name that would run a script, were it taken for markup.</summary>
    public const string EvilName = "</script><img src=x onerror=\"document.title='broken'\"><!--";

    /// <summary>1000 samples: main 100 itself, parse 600 of which vfs_read 200 and parse again 100, evil 300.</summary>
    public static ReportData Small() => new()
    {
        File = "small.dtr",
        Host = new ReportHost { Name = "host-1", Kernel = "6.18.5 x86_64", Command = "tracekit-capture record -a", Start = "2026-01-01 00:00:00 UTC", DurationNanoseconds = 10_000_000_000, Tool = "TraceKit test" },
        Totals = new ReportTotals { Samples = 1000, Lost = 7, UnresolvedSamples = 300, IncompleteStacks = 5 },
        Events = [new ReportEvent("cpu-clock", "samples", 1000), new ReportEvent("probe:read", "samples", 3)],
        Modules = [new ReportModule { Name = "app", Path = "/opt/app", BuildId = "00ff", Symbols = ".symtab", Samples = 1000 }, new ReportModule { Name = "[kernel]", Symbols = "kallsyms", Samples = 200 }, new ReportModule { Name = "lost.so", Missing = "not read: permission denied" }],
        Frames = new ReportFrames
        {
            Names = ["main", "ns::parse<int, std::vector<int> >(int)", "vfs_read", EvilName],
            Modules = [0, 0, 1, 2],
            Kinds = [ReportFrameKind.User, ReportFrameKind.User, ReportFrameKind.Kernel, ReportFrameKind.Unresolved],
        },
        Nodes = new ReportNodes { Parents = [-1, 0, 1, 1, 0], Frames = [0, 1, 2, 1, 3], Self = [[100, 300, 200, 100, 300], [0, 0, 3, 0, 0]] },
        Rows = new ReportRows
        {
            Events = [0, 0, 0, 0, 0, 1, 1, 1],
            Nodes = [0, 1, 2, 3, 4, 2, 2, 2],
            Threads = [1, 0, 0, 0, 0, 0, 0, 0],
            Weights = [100, 300, 200, 100, 300, 1, 1, 1],
            Counts = [100, 300, 200, 100, 300, 1, 1, 1],
            Cpus = [0, 1, 1, 0, -1, 2, 2, 2],
            Times = [5_000_000_000, 6_100_000_000, 7_500_000_000, 8_000_000_000, 9_000_000_000, 6_000_000_000, 8_000_000_000, 8_500_000_000],
            Origin = 5_000_000_000,
            Fields = [new ReportField { Event = 1, Name = "bytes", Kind = "None", Shown = ["0", "3", "6"], Numbers = [0, 3, 6], Values = [0, 1, 2] }],
        },
        Timeline = new ReportTimeline { BinNanoseconds = 1_000_000_000, Counts = [[100, 100, 100, 100, 100, 100, 100, 100, 100, 100], [0, 1, 0, 2, 0, 0, 0, 0, 0, 0]] },
        Histograms = [new ReportHistogram { Event = 1, Field = "bytes", Unit = "bytes", Low = [0, 1, 2, 4], High = [0, 1, 3, 7], Counts = [1, 0, 1, 1], Mean = 3, P50 = 3, P90 = 6, P99 = 6, Max = 6 }],
        Threads = [new ReportThread(10, 11, "app", "worker", [900, 3]), new ReportThread(10, 10, "app", "app", [100, 0])],
        UnwindStops = [new ReportCount("complete", "The stack reaches the outermost frame.", 995, "stacks", IsGood: true), new ReportCount("no rule", "No unwind rule for the address.", 5, "stacks")],
        Unresolved = [new ReportCount("no snapshot", "The recording has no symbols of the file.", 1, "frames")],
        Losses = [new ReportLoss("ring buffer full", 1, 2_000_000_000, 3_000_000_000, 7, "samples")],
        Notes = ["One file could not be read."],
    };

    /// <summary>100,000 nodes under 30 levels, 8,000 functions, a million samples.</summary>
    public static ReportData Big()
    {
        const int functions = 8_000, nodes = 100_000;
        var random = new Random(5);
        int[] parents = new int[nodes], frames = new int[nodes], depths = new int[nodes];
        var self = new long[nodes];
        for (var i = 0; i < nodes; i++)
        {
            parents[i] = i == 0 ? -1 : i < 40 ? i - 1 : Math.Max(0, i - 1 - random.Next(Math.Min(i, 3000)));
            depths[i] = i == 0 ? 0 : depths[parents[i]] + 1;
            if (depths[i] > 60)
                (parents[i], depths[i]) = (random.Next(30), 31);
            frames[i] = random.Next(functions);
            self[i] = 10;
        }

        return new ReportData
        {
            File = "big.dtr",
            Host = new ReportHost { Name = "host-2", DurationNanoseconds = 100_000_000_000 },
            Totals = new ReportTotals { Samples = 1_000_000 },
            Events = [new ReportEvent("cpu-clock", "samples", 1_000_000)],
            Modules = [new ReportModule { Name = "big", Symbols = ".symtab", Samples = 1_000_000 }],
            Frames = new ReportFrames
            {
                Names = [.. Enumerable.Range(0, functions).Select(i => $"library::component_{i % 97}::Class<std::vector<int> >::function_{i}(int, char const*)")],
                Modules = [.. Enumerable.Repeat(0, functions)],
                Kinds = [.. Enumerable.Repeat(ReportFrameKind.User, functions)],
            },
            Nodes = new ReportNodes { Parents = parents, Frames = frames, Self = [self] },
        };
    }

    /// <summary>Writes the page into a file of a new folder.</summary>
    public static string Save(ReportData data)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("tracekit-page-").FullName, "index.html");
        using var file = File.Create(path);
        HtmlReport.Write(data, file);
        return path;
    }
}

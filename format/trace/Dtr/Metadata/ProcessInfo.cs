namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Facts of one process from /proc that perf records don't carry.</summary>
public sealed class ProcessInfo
{
    /// <summary>Process.</summary>
    public int Pid { get; init; }

    /// <summary>Parent; 0 unknown.</summary>
    public int ParentPid { get; init; }

    /// <summary>Name of the main thread.</summary>
    public string Comm { get; init; } = "";

    /// <summary>First argument; null when unreadable. More arguments are never stored: they may be secrets.</summary>
    public string? Argv0 { get; init; }

    /// <summary>Its pid in its own namespace; 0 unknown.</summary>
    public int NamespacePid { get; init; }

    /// <summary>Cgroup path; null when unreadable.</summary>
    public string? Cgroup { get; init; }

    /// <summary>When it started, nanoseconds of the clock; 0 unknown.</summary>
    public ulong StartTime { get; init; }

    /// <summary>Target of /proc/PID/exe; null when unreadable.</summary>
    public string? ExePath { get; init; }

    /// <summary>Target of /proc/PID/root when it isn't <c>/</c>.</summary>
    public string? Root { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(9);
        w.Add("pid", (long)Pid);
        w.Add("ppid", (long)ParentPid);
        w.Add("comm", Comm);
        w.Add("argv0", Argv0);
        w.Add("ns_pid", (long)NamespacePid);
        w.Add("cgroup", Cgroup);
        w.Add("start_time", StartTime);
        w.Add("exe", ExePath);
        w.Add("root", Root);
    }

    internal static ProcessInfo Read(ref MetadataReader r)
    {
        int vPid = 0;
        int vParentPid = 0;
        string vComm = "";
        string? vArgv0 = null;
        int vNamespacePid = 0;
        string? vCgroup = null;
        ulong vStartTime = 0;
        string? vExePath = null;
        string? vRoot = null;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "pid":
                    vPid = r.Int32();
                    break;
                case "ppid":
                    vParentPid = r.Int32();
                    break;
                case "comm":
                    vComm = r.Text() ?? "";
                    break;
                case "argv0":
                    vArgv0 = r.Text();
                    break;
                case "ns_pid":
                    vNamespacePid = r.Int32();
                    break;
                case "cgroup":
                    vCgroup = r.Text();
                    break;
                case "start_time":
                    vStartTime = r.UInt64();
                    break;
                case "exe":
                    vExePath = r.Text();
                    break;
                case "root":
                    vRoot = r.Text();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new ProcessInfo
        {
            Pid = vPid,
            ParentPid = vParentPid,
            Comm = vComm,
            Argv0 = vArgv0,
            NamespacePid = vNamespacePid,
            Cgroup = vCgroup,
            StartTime = vStartTime,
            ExePath = vExePath,
            Root = vRoot,
        };
    }
}

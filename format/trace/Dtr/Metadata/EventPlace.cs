namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Where a probe stands, for people.</summary>
public sealed class EventPlace
{
    /// <summary>The function, demangled.</summary>
    public string Function { get; init; } = "";

    /// <summary>At the function's return.</summary>
    public bool IsReturn { get; init; }

    /// <summary>The probed file; null for the kernel.</summary>
    public string? Path { get; init; }

    /// <summary>The kernel module; null for the kernel itself and for files.</summary>
    public string? Module { get; init; }

    /// <summary>The instruction, in the file's own addresses; 0 when not known.</summary>
    public ulong Address { get; init; }

    /// <summary>Source file; null when not known.</summary>
    public string? SourceFile { get; init; }

    /// <summary>Source line; 0 when not known.</summary>
    public int SourceLine { get; init; }

    /// <summary>The function that this place was inlined into; null when it wasn't.</summary>
    public string? InlinedIn { get; init; }

    internal void Write(ref MetadataWriter w)
    {
        w.Map(8);
        w.Add("function", Function);
        w.Add("return", IsReturn);
        w.Add("path", Path);
        w.Add("module", Module);
        w.Add("address", Address);
        w.Add("file", SourceFile);
        w.Add("line", (ulong)Math.Max(0, SourceLine));
        w.Add("inlined_in", InlinedIn);
    }

    internal static EventPlace Read(ref MetadataReader r)
    {
        string vFunction = "";
        bool vIsReturn = false;
        string? vPath = null;
        string? vModule = null;
        ulong vAddress = 0;
        string? vSourceFile = null;
        int vSourceLine = 0;
        string? vInlinedIn = null;
        var count = r.MapCount();
        for (var i = 0; i < count; i++)
        {
            switch (r.Key())
            {
                case "function":
                    vFunction = r.Text() ?? "";
                    break;
                case "return":
                    vIsReturn = r.Boolean();
                    break;
                case "path":
                    vPath = r.Text();
                    break;
                case "module":
                    vModule = r.Text();
                    break;
                case "address":
                    vAddress = r.UInt64();
                    break;
                case "file":
                    vSourceFile = r.Text();
                    break;
                case "line":
                    vSourceLine = r.Int32();
                    break;
                case "inlined_in":
                    vInlinedIn = r.Text();
                    break;
                default:
                    r.Skip();
                    break;
            }
        }

        return new EventPlace
        {
            Function = vFunction,
            IsReturn = vIsReturn,
            Path = vPath,
            Module = vModule,
            Address = vAddress,
            SourceFile = vSourceFile,
            SourceLine = vSourceLine,
            InlinedIn = vInlinedIn,
        };
    }
}

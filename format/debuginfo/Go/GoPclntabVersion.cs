namespace TraceKit.DebugInfo.Go;

/// <summary>Layouts of Go's function table, by the first release that wrote them. The magic number tells them apart.</summary>
public enum GoPclntabVersion
{
    /// <summary>1.2 to 1.15, magic 0xfffffffb: one piece, functions by absolute address.</summary>
    Go12,

    /// <summary>1.16 and 1.17, magic 0xfffffffa: names, files, pc tables and functions apart.</summary>
    Go116,

    /// <summary>1.18 and 1.19, magic 0xfffffff0: functions by 32-bit offset from <c>runtime.text</c>.</summary>
    Go118,

    /// <summary>Since 1.20, magic 0xfffffff1: functions say their first line, inlining trees are shorter.</summary>
    Go120,
}

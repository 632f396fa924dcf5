namespace TraceKit.Format.Perf;

/// <summary>Whose register numbers a record uses. The values are stored in .dtr files.</summary>
public enum PerfArchitecture : byte
{
    /// <summary>Not known: no register can be told by role.</summary>
    Unknown = 0,

    /// <summary>x86-64 (<see cref="PerfRegsX86"/>).</summary>
    X64 = 1,

    /// <summary>AArch64 (<see cref="PerfRegsArm64"/>).</summary>
    Arm64 = 2,
}

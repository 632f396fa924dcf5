namespace TraceKit.Engine.Stacks;

/// <summary>Which side of the machine a frame runs on.</summary>
public enum FrameKind : byte
{
    /// <summary>User space.</summary>
    User = 0,

    /// <summary>The kernel the trace was recorded on.</summary>
    Kernel = 1,

    /// <summary>A program in a guest of a hypervisor: its addresses say nothing about any file here.</summary>
    Guest = 2,

    /// <summary>The kernel of a guest.</summary>
    GuestKernel = 3,
}

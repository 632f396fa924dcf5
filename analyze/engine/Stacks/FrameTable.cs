using System.Runtime.InteropServices;

namespace TraceKit.Engine.Stacks;

/// <summary>
/// Every distinct place of code that a stack went through, once: columns indexed by frame number.
/// </summary>
/// <remarks>
/// Addresses are <em>look-up</em> addresses: of a caller's frame the last byte of its call instruction, not the return
/// address (see <see cref="LookupAddress"/>). Frames are numbered by (module, address, kind), so a number depends on the
/// trace only, never on which core met the frame first.
/// </remarks>
public sealed class FrameTable
{
    /// <summary>Value of <see cref="Modules"/> where nothing was mapped at the address.</summary>
    public const int NoModule = -1;

    private readonly int[] _modules;
    private readonly ulong[] _addresses;
    private readonly FrameKind[] _kinds;

    internal FrameTable(int[] modules, ulong[] addresses, FrameKind[] kinds)
    {
        _modules = modules;
        _addresses = addresses;
        _kinds = kinds;
    }

    /// <summary>Distinct frames.</summary>
    public int Count => _modules.Length;

    /// <summary>Index of the module in <c>TraceModel.Modules</c>, or <see cref="NoModule"/>.</summary>
    public ReadOnlySpan<int> Modules => _modules;

    /// <summary>
    /// Address within the module's own tables (SVMA); where the module is unknown, or code without a file, the address
    /// in the process (AVMA); of a file without a snapshot, the offset in the file. Of JIT code whose address meant different things at different
    /// times, the key of the piece of code (<see cref="TraceKit.DebugInfo.Jit.JitTimeline.Key"/>): bit 62 tells it apart.
    /// </summary>
    public ReadOnlySpan<ulong> Addresses => _addresses;

    /// <summary>User or kernel.</summary>
    public ReadOnlySpan<FrameKind> Kinds => _kinds;
}

/// <summary>A frame before it has a number.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameKey(int Module, ulong Address, FrameKind Kind) : IComparable<FrameKey>
{
    public int CompareTo(FrameKey other)
    {
        var order = Module.CompareTo(other.Module);
        if (order == 0)
            order = Address.CompareTo(other.Address);
        return order == 0 ? ((byte)Kind).CompareTo((byte)other.Kind) : order;
    }

    public override int GetHashCode() =>
        (int)(((Address + ((ulong)(uint)Module << 48) + (ulong)Kind) * 0x9E3779B97F4A7C15) >> 32);
}

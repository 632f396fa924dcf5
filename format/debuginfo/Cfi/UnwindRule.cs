using System.Runtime.InteropServices;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>One compiled row, 16 bytes; equal ones are stored once per module.</summary>
/// <remarks>
/// <code>
/// byte  0     1            2      3        4..7       8..15
///       kind  CFA register flags  unused   CFA offset saved registers
/// </code>
/// A saved byte is n: saved at CFA - 8n; 0: unchanged; 255: lost. Which register a byte belongs to is the architecture's order (<see cref="X64RuleEncoder"/>); AArch64 divides the 64 bits otherwise (<see cref="Arm64RuleEncoder"/>).
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly struct UnwindRule : IEquatable<UnwindRule>
{
    /// <summary>A saved byte that says that the caller's value is lost.</summary>
    public const byte Lost = 255;

    private readonly uint _head;
    private readonly int _cfaOffset;
    private readonly ulong _saved;

    /// <summary>Makes a rule.</summary>
    public UnwindRule(UnwindRuleKind kind, byte cfaRegister, int cfaOffset, ulong saved, bool isSignalFrame)
    {
        _head = (uint)kind | (uint)cfaRegister << 8 | (isSignalFrame ? 1u << 16 : 0);
        _cfaOffset = cfaOffset;
        _saved = saved;
    }

    private UnwindRule(uint head, int cfaOffset, ulong saved)
    {
        _head = head;
        _cfaOffset = cfaOffset;
        _saved = saved;
    }

    /// <summary>What it says.</summary>
    public UnwindRuleKind Kind => (UnwindRuleKind)(byte)_head;

    /// <summary>DWARF number of the register the CFA counts from.</summary>
    public byte CfaRegister => (byte)(_head >> 8);

    /// <summary>The frame was interrupted, not called.</summary>
    public bool IsSignalFrame => (_head >> 16 & 1) != 0;

    /// <summary>Found from instructions, not from CFI.</summary>
    public bool IsFromCode => (_head >> 17 & 1) != 0;

    /// <summary>Bytes added to the register; for <see cref="UnwindRuleKind.Full"/> the position of the full row.</summary>
    public int CfaOffset => _cfaOffset;

    /// <summary>Eight saved bytes, the first in the low bits.</summary>
    public ulong Saved => _saved;

    /// <summary>AArch64: the return address is signed (<c>DW_CFA_AARCH64_negate_ra_state</c>).</summary>
    public bool IsReturnAddressSigned => (_head >> 18 & 1) != 0;

    internal static UnwindRule Arm64(byte cfaRegister, int cfaOffset, ulong saved, bool isSignalFrame, bool isSigned) =>
        new((uint)UnwindRuleKind.Frame | (uint)cfaRegister << 8 | (isSignalFrame ? 1u << 16 : 0) | (isSigned ? 1u << 18 : 0), cfaOffset, saved);

    internal static UnwindRule FromCode(byte cfaRegister, int cfaOffset, ulong saved) =>
        new((uint)UnwindRuleKind.Frame | (uint)cfaRegister << 8 | 1u << 17, cfaOffset, saved);

    internal ulong Low => _head | (ulong)(uint)_cfaOffset << 32;

    /// <inheritdoc/>
    public bool Equals(UnwindRule other) => Low == other.Low && _saved == other._saved;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UnwindRule other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash(Low, _saved);

    internal static uint Hash(ulong low, ulong saved) => (uint)((low * 0x9E3779B97F4A7C15UL ^ saved * 0xC2B2AE3D27D4EB4FUL) >> 32);
}

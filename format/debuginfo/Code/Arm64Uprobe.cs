namespace TraceKit.DebugInfo.Code;

/// <summary>What the kernel makes of an AArch64 instruction that a uprobe is to stand on (<c>arch/arm64/kernel/probes/decode-insn.c</c>).</summary>
public static class Arm64Uprobe
{
    /// <summary>Why the kernel cannot put a probe on an instruction, as a clause; null when nothing speaks against it.</summary>
    /// <param name="word">The instruction.</param>
    public static string? RefusedBecause(uint word)
    {
        if (word >> 16 == 0)
            return "it is no instruction (udf): data, or a trap";
        if ((word & 0x3f000000) == 0x08000000)
            return "the kernel puts no probes on exclusive loads and stores, which fail when they are stepped";
        if ((word & 0xff000000) == 0xd4000000)
            return "the kernel puts no probes on exceptions (svc, brk, hlt)";
        if ((word & 0xfffff01f) == 0xd503201f)
        {
            // HINT: nop alone in older kernels, then pointer authentication and BTI too.
            var hint = word >> 5 & 0x7f;
            return hint is 0 or 7 or 8 or 10 or 12 or 14 or >= 24 and <= 31 or 32 or 34 or 36 or 38 ? null : "the kernel puts no probes on this hint";
        }

        if ((word & 0xfff8f01f) == 0xd500401f || word == 0xd69f03e0 || word == 0xd6bf03e0)
            return "the kernel puts no probes on instructions that change the processor's state";
        return null;
    }

    /// <summary>Whether it returns: <c>ret</c>, <c>retaa</c>, <c>retab</c>.</summary>
    public static bool IsReturn(uint word) => (word & 0xfffffc1f) == 0xd65f0000 || word is 0xd65f0bff or 0xd65f0fff;
}

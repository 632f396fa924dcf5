using TraceKit.DebugInfo.Code;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Code;

/// <summary>What the kernel makes of instructions.</summary>
public class X64UprobeTests
{
    /// <summary>What a real kernel refuses is refused; what it takes is taken, but for system calls and what no program runs.</summary>
    [Fact]
    public void RefusedBecause_EachKindOfInstruction_AsKernel()
    {
        foreach (var line in File.ReadLines(Path.Combine(Golden.RepositoryRoot(), "tests/debuginfo/Code/uprobe-instructions.txt")))
        {
            if (line.StartsWith('#'))
                continue;
            var parts = line.Split(' ', 3);
            var reason = X64Uprobe.RefusedBecause(Convert.FromHexString(parts[0]));
            if (parts[1] == "no")
                Assert.True(reason is not null, $"{line}: taken");
            else if (parts[2] is not ("syscall" or "sysenter" or "xbegin ." or ".byte 0x0f,0x37" or ".byte 0x0f,0x78,0xc0" or "wrmsr" or "mov %cr0,%rax" or "xend" or "kmovd %k1,%eax"))
                Assert.True(reason is null, $"{line}: {reason}");
        }
    }

    /// <summary>The classes of cost that were measured.</summary>
    [Theory]
    [InlineData("0f1f440000", UprobeCost.Call, 5)]
    [InlineData("90", UprobeCost.Emulated, 1)]
    [InlineData("55", UprobeCost.Emulated, 1)]
    [InlineData("4154", UprobeCost.Emulated, 2)]
    [InlineData("e812345678", UprobeCost.Emulated, 5)]
    [InlineData("7402", UprobeCost.Emulated, 2)]
    [InlineData("0f8412345678", UprobeCost.Emulated, 6)]
    [InlineData("f30f1efa", UprobeCost.SingleStepped, 4)]
    [InlineData("4883ec08", UprobeCost.SingleStepped, 4)]
    [InlineData("c3", UprobeCost.SingleStepped, 1)]
    [InlineData("06", UprobeCost.Unknown, 0)]
    public void CostOf_Instruction_AsMeasured(string bytes, UprobeCost cost, int length)
    {
        Assert.Equal(cost, X64Uprobe.CostOf(Convert.FromHexString(bytes), out var found));
        Assert.Equal(length, found);
    }
}

using System.Buffers.Binary;
using TraceKit.Engine.Streams;
using TraceKit.Format.Perf;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>Parts of samples that few recordings have: addresses of data, registers, branches, output of BPF programs.</summary>
public sealed partial class ScriptPrinter
{
    private const int BranchBytes = 24; // struct perf_branch_entry

    private const ScriptFields SampleParts = ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight | ScriptFields.PhysAddr | ScriptFields.DataPageSize | ScriptFields.CodePageSize
        | ScriptFields.IntrRegs | ScriptFields.UserRegs | ScriptFields.BrStack | ScriptFields.BrStackSym | ScriptFields.BpfOutput;

    private void AppendBeforeAddress(ByteText output, EventRecord record, ScriptFields fields)
    {
        if ((fields & (ScriptFields.Addr | ScriptFields.DataSrc | ScriptFields.Weight)) == 0 || !record.TryReadSample(out var sample))
            return;
        if ((fields & ScriptFields.Addr) != 0)
        {
            output.Hex(sample.Addr, 16);
            if (_events.NamesAddress(record.Event!.Index))
            {
                var names = record.NameOf(sample.Addr);
                AppendNames(output, names.Frames[^1], names.FileAddress, 0, fields);
            }
        }

        if ((fields & ScriptFields.DataSrc) != 0)
            output.Hex(sample.DataSrc, 16);
        if ((fields & ScriptFields.Weight) != 0)
            output.Decimal(sample.Layout.Has(PerfSampleFormat.PERF_SAMPLE_WEIGHT_STRUCT) ? (uint)sample.Weight : sample.Weight, 16);
    }

    private void AppendAfterAddress(ByteText output, EventRecord record, ScriptFields fields)
    {
        if (!record.TryReadSample(out var sample))
            return;
        if ((fields & ScriptFields.IntrRegs) != 0)
            AppendRegisters(output, sample.IntrAbi, sample.Layout.RegsIntr, sample.IntrRegs);
        if ((fields & ScriptFields.UserRegs) != 0)
            AppendRegisters(output, sample.UserAbi, sample.Layout.RegsUser, sample.UserRegs);
        if ((fields & (ScriptFields.BrStack | ScriptFields.BrStackSym)) != 0)
            AppendBranches(output, record, sample, fields);
        if ((fields & ScriptFields.BpfOutput) != 0 && _events.IsBpfOutput(record.Event!.Index))
            AppendBpfOutput(output, record.Raw);
        if ((fields & ScriptFields.PhysAddr) != 0)
            output.Hex(sample.PhysAddr, 16);
        if ((fields & ScriptFields.DataPageSize) != 0)
            AppendSize(output, sample.DataPageSize);
        if ((fields & ScriptFields.CodePageSize) != 0)
            AppendSize(output, sample.CodePageSize);
    }

    private void AppendRegisters(ByteText output, ulong abi, ulong mask, ReadOnlySpan<ulong> values)
    {
        if (values.IsEmpty)
            return;
        output.Append(" ABI:"u8).Decimal(abi).Append((byte)' ');
        var next = 0;
        for (var bit = 0; bit < 64 && next < values.Length; bit++)
        {
            if ((mask >> bit & 1) != 0)
                output.Append(RegisterName(bit).PadLeft(5)).Append(":0x"u8).Hex(values[next++]).Append((byte)' ');
        }
    }

    private string RegisterName(int bit) => _trace.Architecture switch
    {
        PerfArchitecture.Arm64 => bit switch { < 29 => FormattableString.Invariant($"x{bit}"), 29 => "x29", 30 => "lr", 31 => "sp", 32 => "pc", _ => "unknown" },
        PerfArchitecture.X64 => bit < s_x86Registers.Length ? s_x86Registers[bit] : "unknown",
        _ => FormattableString.Invariant($"r{bit}"),
    };

    private static readonly string[] s_x86Registers =
        ["AX", "BX", "CX", "DX", "SI", "DI", "BP", "SP", "IP", "FLAGS", "CS", "SS", "DS", "ES", "FS", "GS", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];

    private void AppendBranches(ByteText output, EventRecord record, in PerfSample sample, ScriptFields fields)
    {
        var words = sample.BranchStack;
        if (words.Length < 8)
            return;
        var count = BinaryPrimitives.ReadUInt64LittleEndian(words);
        var entries = words[(((_events.Attribute(record.Event!.Index)?.BranchSampleType ?? 0) & PerfBranchSampleType.PERF_SAMPLE_BRANCH_HW_INDEX) != 0 ? 16 : 8)..];
        for (var i = 0; i < (int)Math.Min(count, (ulong)(entries.Length / BranchBytes)); i++)
        {
            var entry = entries.Slice(i * BranchBytes, BranchBytes);
            output.Append((byte)' ');
            AppendBranchEnd(output, record, BinaryPrimitives.ReadUInt64LittleEndian(entry), fields);
            output.Append((byte)'/');
            AppendBranchEnd(output, record, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), fields);
            var flags = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            output.Append((byte)'/').Append((flags & 3) == 0 ? (byte)'-' : (flags & 2) != 0 ? (byte)'P' : (byte)'M');
            output.Append((byte)'/').Append((flags & 4) != 0 ? (byte)'X' : (byte)'-').Append((byte)'/').Append((flags & 8) != 0 ? (byte)'A' : (byte)'-');
            output.Append((byte)'/').Decimal(flags >> 4 & 0xffff).Append((byte)'/').Append(BranchType((int)(flags >> 20 & 15))).Append((byte)' ');
        }
    }

    private void AppendBranchEnd(ByteText output, EventRecord record, ulong address, ScriptFields fields)
    {
        if ((fields & ScriptFields.BrStack) != 0)
            output.Append("0x"u8).Hex(address);
        if ((fields & (ScriptFields.BrStackSym | ScriptFields.Dso)) == 0)
            return;
        var frame = record.NameOf(address).Frames[^1];
        if ((fields & ScriptFields.BrStack) == 0)
        {
            output.Append(frame.Reason == Engine.Symbols.UnresolvedReason.None ? SafeText.Show(frame.Name) : Engine.Symbols.FunctionTable.UnknownName);
            if (frame.Reason == Engine.Symbols.UnresolvedReason.None && frame.Offset != Engine.Symbols.ResolvedFrame.NoOffset)
                output.Append("+0x"u8).Hex(frame.Offset);
        }

        if ((fields & ScriptFields.Dso) != 0)
            output.Append((byte)'(').Append(Module(frame)).Append((byte)')');
    }

    /// <summary><c>PERF_BR_*</c> as perf names them.</summary>
    private static string BranchType(int type) => type switch
    {
        0 => "-", 1 => "COND", 2 => "UNCOND", 3 => "IND", 4 => "CALL", 5 => "IND_CALL", 6 => "RET", 7 => "SYSCALL", 8 => "SYSRET", 9 => "COND_CALL", 10 => "COND_RET", 11 => "ERET", 12 => "IRQ",
        13 => "SERROR", 14 => "NO_TX", _ => "-",
    };

    private static void AppendBpfOutput(ByteText output, ReadOnlySpan<byte> raw)
    {
        var end = raw.IndexOf((byte)0);
        var isText = end >= 0 && !raw[end..].ContainsAnyExcept((byte)0) && !raw[..end].ContainsAnyExceptInRange((byte)32, (byte)126);
        output.Append((byte)'\n');
        for (var at = 0; at < raw.Length; at += 8)
        {
            output.Append(at == 0 ? "      BPF output:"u8 : "                 "u8).Append((byte)' ');
            output.Append(at.ToString("x4", System.Globalization.CultureInfo.InvariantCulture)).Append((byte)':');
            var line = raw.Slice(at, Math.Min(8, raw.Length - at));
            foreach (var value in line)
                output.Append((byte)' ').Append(value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            output.Repeat((byte)' ', (8 - line.Length) * 3).Append("  "u8);
            foreach (var value in line)
                output.Append(value is >= 32 and < 127 ? value : (byte)'.');
            output.Repeat((byte)' ', 8 - line.Length).Append((byte)'\n');
        }

        if (isText)
            output.Append("      BPF string: \""u8).Append(raw[..end]).Append("\"\n"u8);
    }

    private static void AppendSize(ByteText output, ulong size)
    {
        output.Append((byte)' ');
        if (size == 0)
        {
            output.Append("N/A"u8);
            return;
        }

        var unit = 0;
        for (; size >= 1024 && unit < 6; unit++)
            size /= 1024;
        output.Decimal(size).Append((byte)"BKMGTPE"[unit]);
    }
}

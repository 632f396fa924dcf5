using System.Buffers.Binary;
using TraceKit.Format.Perf;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Testing;

/// <summary>Builds <c>PERF_RECORD_SAMPLE</c> byte for byte as the kernel lays it out.</summary>
public sealed class PerfRecordBuilder
{
    public ushort Misc { get; set; } = PerfRecordMisc.PERF_RECORD_MISC_USER;

    public ulong Identifier { get; set; }

    public ulong Ip { get; set; }

    public uint Pid { get; set; }

    public uint Tid { get; set; }

    public ulong Time { get; set; }

    public ulong Addr { get; set; }

    public ulong Id { get; set; }

    public ulong StreamId { get; set; }

    public uint Cpu { get; set; }

    public uint CpuReserved { get; set; }

    public ulong Period { get; set; }

    /// <summary>As it stands in the record, whatever the read format.</summary>
    public byte[] Read { get; set; } = [];

    public ulong[] Callchain { get; set; } = [];

    public byte[] Raw { get; set; } = [];

    /// <summary>From <c>nr</c> on.</summary>
    public byte[] Branch { get; set; } = new byte[8];

    public ulong Abi { get; set; } = PerfRegsAbi.PERF_SAMPLE_REGS_ABI_64;

    public ulong[] Registers { get; set; } = [];

    public byte[] Stack { get; set; } = [];

    public ulong? DynSize { get; set; }

    /// <summary>Fields after the stack, as they stand.</summary>
    public byte[] Tail { get; set; } = [];

    public byte[] Build(SampleLayout layout)
    {
        using var record = new MemoryStream();
        void U64(ulong value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            record.Write(bytes);
        }

        void If(ulong field, ulong value)
        {
            if (layout.Has(field))
                U64(value);
        }

        U64(PerfRecordType.PERF_RECORD_SAMPLE | (ulong)Misc << 32);
        If(PERF_SAMPLE_IDENTIFIER, Identifier);
        If(PERF_SAMPLE_IP, Ip);
        If(PERF_SAMPLE_TID, Pid | (ulong)Tid << 32);
        If(PERF_SAMPLE_TIME, Time);
        If(PERF_SAMPLE_ADDR, Addr);
        If(PERF_SAMPLE_ID, Id);
        If(PERF_SAMPLE_STREAM_ID, StreamId);
        If(PERF_SAMPLE_CPU, Cpu | (ulong)CpuReserved << 32);
        If(PERF_SAMPLE_PERIOD, Period);
        if (layout.Has(PERF_SAMPLE_READ))
            record.Write(Read);
        if (layout.Has(PERF_SAMPLE_CALLCHAIN))
        {
            U64((ulong)Callchain.Length);
            foreach (var entry in Callchain)
                U64(entry);
        }

        if (layout.Has(PERF_SAMPLE_RAW))
        {
            Span<byte> size = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)Raw.Length);
            record.Write(size);
            record.Write(Raw);
        }

        if (layout.Has(PERF_SAMPLE_BRANCH_STACK))
            record.Write(Branch);
        if (layout.Has(PERF_SAMPLE_REGS_USER))
        {
            U64(Abi);
            if (Abi != 0)
            {
                foreach (var register in Registers)
                    U64(register);
            }
        }

        if (layout.Has(PERF_SAMPLE_STACK_USER))
        {
            U64((ulong)Stack.Length);
            record.Write(Stack);
            if (Stack.Length != 0)
                U64(DynSize ?? (ulong)Stack.Length);
        }

        record.Write(Tail);
        var built = record.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(built.AsSpan(6), (ushort)built.Length);
        return built;
    }
}

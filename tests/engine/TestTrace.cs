using System.Buffers.Binary;
using System.Text;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Format.Dtr.Samples;
using TraceKit.Format.Perf;
using static TraceKit.Format.Perf.PerfSampleFormat;

namespace TraceKit.Engine.Tests;

/// <summary>Makes small .dtr files with exact content.</summary>
internal sealed class TestTrace
{
    public const ulong KernelMarker = unchecked((ulong)-128L), UserMarker = unchecked((ulong)-512L);

    private const ulong SampleType = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN;

    private readonly List<EventDescription> _events = [];
    private readonly List<SampleLayout> _layouts = [];
    private readonly MemoryStream _sideBand = new();
    private readonly List<(int Cpu, ulong Time, int Event, byte[] Record)> _samples = [];
    private readonly List<LossReport> _losses = [];
    private readonly List<(ModuleInfo Info, byte[] Blob)> _modules = [];
    private readonly byte[] _scratch = new byte[65536];

    public TestTrace()
    {
        AddEvent("cpu-clock", 1, 0, 0, null);
    }

    /// <summary>Samples for each chunk at most.</summary>
    public int ChunkSamples { get; set; } = 1000;

    /// <summary>Adds an event; <paramref name="describe"/> may add to what the file says of it.</summary>
    public int AddEvent(string name, uint type, ulong config, ulong extraSampleType, string? format, Func<EventDescription, EventDescription>? describe = null)
    {
        var attr = new PerfEventAttr { Type = type, Config = config, SampleType = SampleType | extraSampleType, SamplePeriodOrFrequency = 99 };
        attr.Set(PerfAttrFlags.sample_id_all | PerfAttrFlags.freq, true);
        _layouts.Add(new SampleLayout(attr));
        var description = new EventDescription { Name = name, AttrBytes = attr.Bytes.ToArray(), Ids = [new EventId { Id = 100 + (ulong)_events.Count, Cpu = -1, Pid = -1 }], Format = format, GroupLeader = -1 };
        _events.Add(describe is null ? description : describe(description));
        return _events.Count - 1;
    }

    /// <summary>An event whose samples bring rbp, rsp, rip and a piece of stack.</summary>
    public int AddDumpEvent(string name, uint stackBytes)
    {
        var attr = new PerfEventAttr
        {
            Type = 1,
            SampleType = SampleType & ~PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
            SamplePeriodOrFrequency = 99,
            SampleRegsUser = 1 << 6 | 1 << 7 | 1 << 8,
            SampleStackUser = stackBytes,
        };
        attr.Set(PerfAttrFlags.sample_id_all | PerfAttrFlags.freq, true);
        _layouts.Add(new SampleLayout(attr));
        _events.Add(new EventDescription { Name = name, AttrBytes = attr.Bytes.ToArray(), Ids = [new EventId { Id = 100 + (ulong)_events.Count, Cpu = -1, Pid = -1 }], GroupLeader = -1 });
        return _events.Count - 1;
    }

    /// <summary>A sample of such an event; the stack is cut or filled to what the event asks for.</summary>
    public TestTrace Dump(ulong time, uint pid, uint tid, int eventIndex, ulong rip, ulong rsp, ulong[] words)
    {
        Assert.True(PerfEventAttr.TryRead(_events[eventIndex].AttrBytes, out var attr));
        var size = (int)attr!.SampleStackUser;
        var stack = new byte[size];
        Buffer.BlockCopy(words, 0, stack, 0, Math.Min(size, words.Length * 8));
        var record = new Testing.PerfRecordBuilder
        {
            Identifier = 100 + (ulong)eventIndex, Ip = rip, Pid = pid, Tid = tid, Time = time, Period = 1, Registers = [0, rsp, rip], Stack = stack,
        }.Build(_layouts[eventIndex]);
        _samples.Add((0, time, eventIndex, record));
        return this;
    }

    public TestTrace Comm(ulong time, uint pid, uint tid, string comm, bool exec = false)
    {
        var size = PerfRecordWriter.WriteComm(_scratch, _layouts[0], Id(time, pid, tid), pid, tid, Encoding.UTF8.GetBytes(comm), exec);
        _sideBand.Write(_scratch, 0, size);
        return this;
    }

    public TestTrace Fork(ulong time, uint pid, uint tid, uint parentPid, uint parentTid)
    {
        var size = PerfRecordWriter.WriteFork(_scratch, _layouts[0], Id(time, pid, tid), pid, parentPid, tid, parentTid, time);
        _sideBand.Write(_scratch, 0, size);
        return this;
    }

    public TestTrace Exit(ulong time, uint pid, uint tid)
    {
        var size = PerfRecordWriter.WriteExit(_scratch, _layouts[0], Id(time, pid, tid), pid, pid, tid, tid, time);
        _sideBand.Write(_scratch, 0, size);
        return this;
    }

    /// <summary>What the recorder's own table says of a loss.</summary>
    public TestTrace Loss(LossReport loss)
    {
        _losses.Add(loss);
        return this;
    }

    public TestTrace Lost(ulong time, ulong count)
    {
        var size = PerfRecordWriter.WriteLost(_scratch, _layouts[0], Id(time, 0, 0), 100, count);
        _sideBand.Write(_scratch, 0, size);
        return this;
    }

    public TestTrace Map(ulong time, uint pid, ulong start, ulong length, ulong offset, string path, ulong inode = 1)
    {
        var size = PerfRecordWriter.WriteMmap2(_scratch, _layouts[0], Id(time, pid, pid), pid, pid, start, length, offset, 8, 1, inode, 0, 5, 2, Encoding.UTF8.GetBytes(path));
        _sideBand.Write(_scratch, 0, size);
        return this;
    }

    public TestTrace Module(ModuleInfo info, byte[] blob)
    {
        _modules.Add((info, blob));
        return this;
    }

    /// <summary>A sample whose chain is innermost first, markers included.</summary>
    public TestTrace Sample(ulong time, uint pid, uint tid, uint cpu, ulong period, ulong[] chain, int eventIndex = 0, byte[]? raw = null, ulong? id = null)
    {
        var body = new List<byte>();
        void U64(ulong value) => body.AddRange(BitConverter.GetBytes(value));
        U64(id ?? 100 + (ulong)eventIndex);
        U64(chain.FirstOrDefault(a => a < unchecked((ulong)-4095L)));
        U64(pid | (ulong)tid << 32);
        U64(time);
        U64(cpu);
        U64(period);
        U64((ulong)chain.Length);
        foreach (var address in chain)
            U64(address);
        if (raw is not null)
        {
            var size = (raw.Length + 4 + 7 & ~7) - 4;
            body.AddRange(BitConverter.GetBytes(size));
            body.AddRange(raw);
            body.AddRange(new byte[size - raw.Length]);
        }

        var record = new byte[8 + body.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(record, PerfRecordType.PERF_RECORD_SAMPLE);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(4), PerfRecordMisc.PERF_RECORD_MISC_USER);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(6), (ushort)record.Length);
        body.CopyTo(record, 8);
        _samples.Add(((int)cpu, time, eventIndex, record));
        return this;
    }

    public byte[] ToBytes()
    {
        var path = Path.GetTempFileName();
        File.Delete(path);
        try
        {
            using (var writer = DtrFile.CreateNew(path))
            {
                writer.WriteChunk(ChunkType.Host, ChunkHeader.NoStream, 0, 0, new HostInfo { HostName = "test", KernelRelease = "6.0" }.Encode());
                writer.WriteChunk(ChunkType.Events, ChunkHeader.NoStream, 0, 0, new EventTable { Architecture = PerfArchitecture.X64, Events = _events }.Encode());
                if (_sideBand.Length > 0)
                    writer.WriteChunk(ChunkType.SideBand, ChunkHeader.NoStream, 0, 0, _sideBand.ToArray());
                var encoder = new SampleChunkEncoder();
                foreach (var cpu in _samples.GroupBy(s => s.Cpu).OrderBy(g => g.Key))
                {
                    foreach (var chunk in cpu.Chunk(ChunkSamples))
                    {
                        encoder.Begin((uint)cpu.Key);
                        foreach (var (_, _, eventIndex, record) in chunk)
                            Assert.True(encoder.Add(new PerfRecord(record), eventIndex, _layouts[Math.Min(eventIndex, _layouts.Count - 1)], null));
                        writer.WriteChunk(ChunkType.Samples, (uint)cpu.Key, encoder.FirstTime, encoder.LastTime, encoder.Finish());
                    }
                }

                foreach (var (info, blob) in _modules)
                {
                    writer.WriteChunk(ChunkType.Module, info.Id, 0, 0, info.Encode());
                    BlobPart.Write(writer, info.Id, blob);
                }

                if (_losses.Count > 0)
                    writer.WriteChunk(ChunkType.Loss, ChunkHeader.NoStream, 0, 0, new LossTable { Losses = _losses }.Encode());
                writer.Finish();
            }

            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public Trace Open() => Trace.Open(ToBytes(), "test.dtr");

    private SampleId Id(ulong time, uint pid, uint tid) => new(pid, tid, time, 100, 0, 0);
}

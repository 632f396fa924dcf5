using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Jit;

/// <summary>A jitdump file (<c>jit-PID.dump</c>): every piece of code a compiler made, with the time, its bytes, and where the compiler writes them its lines and unwind rules.</summary>
/// <remarks>
/// <para>linux/tools/perf/Documentation/jitdump-specification.txt, version 1. Every record is</para>
/// <code>
/// u32 id, u32 size (with these 16 bytes), u64 timestamp, then
/// 0 JIT_CODE_LOAD            u32 pid, u32 tid, u64 vma, u64 address, u64 code size, u64 index, name 00, code
/// 1 JIT_CODE_MOVE            u32 pid, u32 tid, u64 vma, u64 old address, u64 new address, u64 code size, u64 index
/// 2 JIT_CODE_DEBUG_INFO      u64 address, u64 entries; entries x {u64 address, u32 line, u32 discriminator, file 00}: of the load that follows
/// 3 JIT_CODE_CLOSE
/// 4 JIT_CODE_UNWINDING_INFO  u64 size, u64 size of .eh_frame_hdr, u64 mapped size, .eh_frame, .eh_frame_hdr: of the load that follows
/// </code>
/// <para>The file may end inside a record that was being written. Immutable.</para>
/// </remarks>
public sealed class JitDump
{
    private const uint Magic = 0x4A695444; // "JiTD" in the writer's byte order
    private const uint JIT_CODE_LOAD = 0, JIT_CODE_MOVE = 1, JIT_CODE_DEBUG_INFO = 2, JIT_CODE_CLOSE = 3, JIT_CODE_UNWINDING_INFO = 4;
    private const ulong JITDUMP_FLAGS_ARCH_TIMESTAMP = 1;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly List<JitDumpCode> _codes = [];

    private JitDump(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>Written by a big-endian machine.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary><c>e_machine</c> of the code.</summary>
    public uint Machine { get; private init; }

    /// <summary>Process that wrote it, in its own namespace.</summary>
    public uint Pid { get; private init; }

    /// <summary>Times are of the processor's counter (<c>JITDUMP_FLAGS_ARCH_TIMESTAMP</c>) and cannot be compared with samples: only their order counts.</summary>
    public bool HasArchTimestamps { get; private init; }

    /// <summary>Records that say what they may not; passed over.</summary>
    public int BadRecords { get; private set; }

    /// <summary>Bytes at the end that are no whole record.</summary>
    public int TrailingBytes { get; private set; }

    /// <summary>Loads and moves, in the order of the file.</summary>
    public IReadOnlyList<JitDumpCode> Codes => _codes;

    /// <summary>Reads a file.</summary>
    /// <param name="file">Kept, not copied.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="BadDataException">The header is not a jitdump's.</exception>
    public static JitDump Parse(ReadOnlyMemory<byte> file, string name)
    {
        // u32 magic, version, header size, e_machine, padding, pid; u64 timestamp, flags
        var start = new SpanCursor(file.Span, "jitdump");
        var first = start.TryReadUInt32(out var magic) ? magic : 0;
        var big = first == System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Magic);
        if (first != Magic && !big)
            throw new BadDataException(name, "jitdump", 0, BadDataCode.NotThisFormat, "\"JiTD\"", $"0x{first:x}");
        try
        {
            var c = new SpanCursor(file.Span, "jitdump", big);
            c.ReadUInt32("magic");
            var version = c.ReadUInt32("version");
            if (version != 1)
                BadDataException.Throw("jitdump", 4, BadDataCode.UnsupportedVersion, "version 1", $"{version}");
            var size = c.ReadUInt32("header size");
            var machine = c.ReadUInt32("e_machine");
            c.ReadUInt32("padding");
            var pid = c.ReadUInt32("pid");
            c.ReadUInt64("timestamp");
            var flags = c.ReadUInt64("flags");
            if (size < 40 || size > (uint)file.Length)
                BadDataException.Throw("jitdump", 8, BadDataCode.InvalidValue, $"a header of 40 to {file.Length} bytes", $"{size}");
            var dump = new JitDump(file) { IsBigEndian = big, Machine = machine, Pid = pid, HasArchTimestamps = (flags & JITDUMP_FLAGS_ARCH_TIMESTAMP) != 0 };
            dump.ReadRecords((int)size);
            return dump;
        }
        catch (BadDataException e) when (e.File.Length == 0)
        {
            throw e.WithFile(name);
        }
    }

    /// <summary>The name of a piece of code.</summary>
    public string Name(in JitDumpCode code) => Encoding.UTF8.GetString(_file.Span.Slice(code.NameAt, code.NameLength));

    /// <summary>Its instructions, as they were when it was loaded; empty when the dump has none.</summary>
    public ReadOnlyMemory<byte> Code(in JitDumpCode code) => _file.Slice(code.CodeAt, code.CodeLength);

    /// <summary>Its <c>.eh_frame</c>, which counts as standing at the code's end rounded up to 8; empty when the dump has none.</summary>
    public ReadOnlyMemory<byte> EhFrame(in JitDumpCode code) => _file.Slice(code.UnwindAt, code.UnwindLength);

    /// <summary>Its source lines: offset in the code, line, file; ascending where the compiler wrote them so.</summary>
    public IReadOnlyList<(ulong Offset, uint Line, string File)> Lines(in JitDumpCode code)
    {
        var lines = new List<(ulong, uint, string)>();
        var c = new SpanCursor(_file.Span.Slice(code.LinesAt, code.LinesLength), "jitdump", IsBigEndian);
        var file = "";
        for (var i = 0; i < code.LineCount && c.TryReadUInt64(out var address) && c.TryReadUInt32(out var line) && c.TryReadUInt32(out _) && c.TryReadCString(out var name); i++)
        {
            // ff 00 stands for the file of the entry before.
            if (name.Length != 1 || name[0] != 0xff)
                file = Encoding.UTF8.GetString(name);
            if (address >= code.LinesBase && address - code.LinesBase < code.Size)
                lines.Add((address - code.LinesBase, line, file));
        }

        return lines;
    }

    private void ReadRecords(int at)
    {
        // What the next load will have.
        var lines = default(JitDumpCode);
        var unwind = default(JitDumpCode);
        var byIndex = new Dictionary<ulong, int>();
        var span = _file.Span;
        while (at < span.Length)
        {
            var c = new SpanCursor(span[at..], "jitdump", IsBigEndian);
            if (!c.TryReadUInt32(out var id) || !c.TryReadUInt32(out var size) || !c.TryReadUInt64(out var time) || size < 16 || size > (uint)(span.Length - at))
            {
                TrailingBytes = span.Length - at;
                return;
            }

            c = new SpanCursor(span.Slice(at, (int)size), "jitdump", IsBigEndian);
            c.TrySeek(16);
            var good = id switch
            {
                JIT_CODE_LOAD => TryLoad(c, at, time, lines, unwind, byIndex),
                JIT_CODE_MOVE => TryMove(c, time, byIndex),
                JIT_CODE_DEBUG_INFO => TryLines(c, at, out lines),
                JIT_CODE_UNWINDING_INFO => TryUnwind(c, at, out unwind),
                _ => true,
            };
            if (!good)
                BadRecords++;
            if (id == JIT_CODE_CLOSE)
                return;
            if (id == JIT_CODE_LOAD)
                lines = unwind = default;
            at += (int)size;
        }
    }

    private bool TryLoad(SpanCursor c, int recordAt, ulong time, in JitDumpCode lines, in JitDumpCode unwind, Dictionary<ulong, int> byIndex)
    {
        if (!c.TryReadUInt64(out _) || !c.TryReadUInt64(out _) || !c.TryReadUInt64(out var address) || !c.TryReadUInt64(out var codeSize) || !c.TryReadUInt64(out var index))
            return false;
        var nameAt = recordAt + c.Position;
        if (!c.TryReadCString(out var name) || name.Length > InputLimits.NameBytes || codeSize == 0 || address + codeSize < address)
            return false;
        // Compilers that keep no code in the dump write none, and a size that is the code's all the same.
        var has = codeSize <= (ulong)c.Remaining;
        byIndex[index] = _codes.Count;
        _codes.Add(new JitDumpCode(new Avma(address), codeSize, time, index)
        {
            NameAt = nameAt,
            NameLength = name.Length,
            CodeAt = has ? recordAt + c.Position : 0,
            CodeLength = has ? (int)codeSize : 0,
            LinesAt = lines.LinesBase == address ? lines.LinesAt : 0,
            LinesLength = lines.LinesBase == address ? lines.LinesLength : 0,
            LineCount = lines.LinesBase == address ? lines.LineCount : 0,
            LinesBase = address,
            UnwindAt = unwind.UnwindAt,
            UnwindLength = unwind.UnwindLength,
        });
        return true;
    }

    private bool TryMove(SpanCursor c, ulong time, Dictionary<ulong, int> byIndex)
    {
        if (!c.TryReadUInt64(out _) || !c.TryReadUInt64(out _) || !c.TryReadUInt64(out _) || !c.TryReadUInt64(out var to) || !c.TryReadUInt64(out var size) || !c.TryReadUInt64(out var index))
            return false;
        if (!byIndex.TryGetValue(index, out var known) || size == 0 || to + size < to)
            return false;
        byIndex[index] = _codes.Count;
        _codes.Add(_codes[known] with { Start = new Avma(to), Size = size, Time = time, CodeLength = (int)Math.Min((ulong)_codes[known].CodeLength, size) });
        return true;
    }

    private static bool TryLines(SpanCursor c, int recordAt, out JitDumpCode lines)
    {
        lines = default;
        if (!c.TryReadUInt64(out var address) || !c.TryReadUInt64(out var count) || count > (ulong)c.Remaining / 17)
            return false;
        lines = new JitDumpCode { LinesBase = address, LinesAt = recordAt + c.Position, LinesLength = c.Remaining, LineCount = (int)count };
        return true;
    }

    private static bool TryUnwind(SpanCursor c, int recordAt, out JitDumpCode unwind)
    {
        unwind = default;
        if (!c.TryReadUInt64(out var size) || !c.TryReadUInt64(out var headerSize) || !c.TryReadUInt64(out _) || size > (ulong)c.Remaining || headerSize > size)
            return false;
        unwind = new JitDumpCode { UnwindAt = recordAt + c.Position, UnwindLength = (int)(size - headerSize) };
        return true;
    }
}

using System.Text;
using TraceKit.Format.Dtr.Metadata;
using TraceKit.Probes.Plan;

namespace TraceKit.Engine.Tests;

/// <summary>A probe with an argument of every type of people's, for recordings with exact content.</summary>
internal sealed class TypedEvent
{
    public const string Name = "probe:conn";

    private const ulong SampleRaw = 1UL << 10; // PERF_SAMPLE_RAW

    /// <summary>Name in the format, C type, bytes, signed, kernel's conversion, argument, kind; of helper fields the argument's name alone.</summary>
    private static readonly (string Field, string Type, int Size, bool Signed, string Print, string Argument, PresentationKind Kind)[] s_fields =
    [
        ("size", "u64", 8, false, "%Lu", "size", PresentationKind.None),
        ("hex", "u32", 4, false, "0x%x", "hex", PresentationKind.None),
        ("dest", "u32", 4, false, "%u", "dest", PresentationKind.Ip4),
        ("six", "u8", 16, false, "{%u}", "six", PresentationKind.Ip6),
        ("port", "u16", 2, false, "%u", "port", PresentationKind.Port),
        ("be", "u32", 4, false, "%u", "be", PresentationKind.BigEndian32),
        ("lat", "u64", 8, false, "%Lu", "lat", PresentationKind.Nanoseconds),
        ("ret", "s64", 8, true, "%Ld", "ret", PresentationKind.Errno),
        ("state", "s32", 4, true, "%d", "state", PresentationKind.Enum),
        ("mode", "u32", 4, false, "%u", "mode", PresentationKind.Enum),
        ("fn", "u64", 8, false, "%Lu", "fn", PresentationKind.Symbol),
        ("ufn", "u64", 8, false, "%Lu", "ufn", PresentationKind.Symbol),
        ("data", "u8", 4, false, "{%u}", "data", PresentationKind.Bytes),
        ("path_n", "u64", 8, false, "%Lu", "path", PresentationKind.Text),
        ("path_0", "u8", 8, false, "{%u}", "", PresentationKind.Text),
        ("path_1", "u8", 4, false, "{%u}", "", PresentationKind.Text),
        ("ok", "u8", 1, false, "%u", "ok", PresentationKind.Boolean),
        ("letter", "u32", 4, false, "%u", "letter", PresentationKind.Character),
        ("ptr", "u64", 8, false, "%Lu", "ptr", PresentationKind.Pointer),
        ("v_b", "u64", 8, false, "%Lu", "items", PresentationKind.ElementCount),
        ("v_e", "u64", 8, false, "%Lu", "", PresentationKind.ElementCount),
        ("ratio", "u32", 4, false, "%u", "ratio", PresentationKind.Float),
        ("odd", "u32", 4, false, "%u", "odd", (PresentationKind)4711),
        ("name", "__data_loc char[]", 4, true, "\\\"%s\\\"", "name", PresentationKind.None),
        ("extra", "u32", 4, false, "%u", "", PresentationKind.None),
    ];

    private readonly Dictionary<string, int> _offsets = [];
    private readonly int _end;

    public TypedEvent()
    {
        _end = 16;
        foreach (var (field, _, size, _, _, _, _) in s_fields)
        {
            _offsets.Add(field, _end);
            _end += size;
        }
    }

    /// <summary>Adds it to a recording.</summary>
    public int AddTo(TestTrace trace, string? kernelFilter = null, string? analyzerFilter = null, string? filterSource = null) =>
        trace.AddEvent(Name, 2, 1700, SampleRaw, Format(), d => new EventDescription
        {
            Name = d.Name, AttrBytes = d.AttrBytes, Ids = d.Ids, Format = d.Format, GroupLeader = -1, Filter = kernelFilter, AnalyzerFilter = analyzerFilter, FilterSource = filterSource,
            ProbeSource = "conn size dest=sk->daddr:ip4 path=this->path", Arguments = Arguments(), Places = [new EventPlace { Function = "conn", Path = "/bin/app", Address = 0x1136, SourceFile = "app.cc", SourceLine = 12, InlinedIn = "main" }],
        });

    /// <summary>The raw data of one record: values by field, numbers, arrays or the text of <c>name</c>; what is not said is zero.</summary>
    public byte[] Raw(string name, params (string Field, object Value)[] values)
    {
        var text = Encoding.UTF8.GetBytes(name + "\0");
        var raw = new byte[_end + text.Length];
        BitConverter.TryWriteBytes(raw.AsSpan(8), 0x401136UL);
        BitConverter.TryWriteBytes(raw.AsSpan(_offsets["name"]), (uint)(text.Length << 16 | _end));
        text.CopyTo(raw, _end);
        foreach (var (field, value) in values)
        {
            var at = raw.AsSpan(_offsets[field], s_fields.First(f => f.Field == field).Size);
            var bytes = value switch { byte[] b => b, float f => BitConverter.GetBytes(f), _ => BitConverter.GetBytes(Convert.ToInt64(value, null)) };
            bytes.AsSpan(0, Math.Min(bytes.Length, at.Length)).CopyTo(at);
        }

        return raw;
    }

    /// <summary>Two records of ordinary values, then one of awkward ones.</summary>
    public byte[][] Records() =>
    [
        Raw("cmdline", ("size", 1024), ("hex", 255), ("dest", 0x8b1c1fac), ("six", new byte[] { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }), ("port", 0xbb01), ("be", 0x00010000), ("lat", 1_234_567),
            ("ret", -2), ("state", 1), ("mode", 0x42), ("fn", unchecked((long)0xffffffff81200c50)), ("ufn", 0x10205), ("data", new byte[] { 0xde, 0xad, 0xbe, 0xef }), ("path_n", 5), ("path_0", "/etc/xyz"u8.ToArray()),
            ("ok", 1), ("letter", 'x'), ("ptr", 0x7f00), ("v_b", 0x1000), ("v_e", 0x1030), ("ratio", 0.5f), ("odd", 7), ("extra", 9)),
        Raw("moduli", ("size", 10), ("hex", 16), ("dest", 0x0100007f), ("port", 0x5000), ("lat", 12_000_000_001), ("ret", 4096), ("state", -1), ("mode", 0x80), ("fn", unchecked((long)0xffffffff81200c62)), ("ufn", 0x999),
            ("path_n", 30), ("path_0", "/a/b/c/d"u8.ToArray()), ("path_1", "/e/f"u8.ToArray()), ("letter", 10), ("v_b", 0x1030), ("v_e", 0x1000), ("ratio", -1.25f)),
        Raw("(fault)", ("size", -1), ("lat", 80), ("ret", 2), ("state", 77), ("mode", 0x1042), ("path_n", -5), ("path_0", new byte[] { 0xff, 0, 0x41 }), ("letter", 0x110000), ("ok", 3)),
        Raw("a", ("path_n", 3), ("path_0", new byte[] { 0xff, 0, 0x41 }), ("lat", 1500), ("mode", 3)),
    ];

    private static List<EventArgument> Arguments()
    {
        var arguments = new List<EventArgument>();
        foreach (var (field, type, _, _, _, argument, kind) in s_fields)
        {
            if (argument.Length == 0)
                continue;
            arguments.Add(new EventArgument
            {
                Name = argument,
                Kind = (uint)kind,
                Fields = kind switch { PresentationKind.Text => ["path_n", "path_0", "path_1"], PresentationKind.ElementCount => ["v_b", "v_e"], _ => [field] },
                TypeText = argument switch { "dest" => "__be32", "path" => "std::string", "state" => "enum tcp_state", _ => null },
                Origin = argument == "dest" ? "DWARF of /bin/app" : null,
                Names = argument switch
                {
                    "state" => [new ValueName { Value = -1, Name = "NONE" }, new ValueName { Value = 0, Name = "CLOSED" }, new ValueName { Value = 1, Name = "ESTABLISHED" }],
                    "mode" => [new ValueName { Value = 2, Name = "RDWR" }, new ValueName { Value = 0x40, Name = "CREAT" }, new ValueName { Value = 0x80, Name = "EXCL" }],
                    "items" => [new ValueName { Value = 16 }],
                    _ => [],
                },
            });
        }

        return arguments;
    }

    private string Format()
    {
        var text = new StringBuilder("""
            name: conn
            ID: 1700
            format:
            	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
            	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
            	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
            	field:int common_pid;	offset:4;	size:4;	signed:1;

            	field:unsigned long __probe_ip;	offset:8;	size:8;	signed:0;

            """.ReplaceLineEndings("\n"));
        var (template, values) = (new StringBuilder("(%lx)"), new StringBuilder(", REC->__probe_ip"));
        foreach (var (field, type, size, signed, print, _, _) in s_fields)
        {
            var elements = print.StartsWith('{') ? size : 0;
            text.Append($"\tfield:{type} {field}{(elements > 0 ? $"[{elements}]" : "")};\toffset:{_offsets[field]};\tsize:{size};\tsigned:{(signed ? 1 : 0)};\n");
            template.Append($" {field}={(elements > 0 ? "{" + string.Join(',', Enumerable.Repeat("%u", elements)) + "}" : print)}");
            values.Append(type.StartsWith("__data_loc", StringComparison.Ordinal) ? $", __get_str({field})" : elements > 0 ? string.Concat(Enumerable.Range(0, elements).Select(i => $", REC->{field}[{i}]")) : $", REC->{field}");
        }

        return text.Append($"\nprint fmt: \"{template}\"{values}\n").ToString();
    }
}

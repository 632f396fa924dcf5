using System.Globalization;
using System.Net;
using System.Text;
using TraceKit.Probes.Filters;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Tests.Filters;

/// <summary>A record of an event with a field of each shape, as the kernel has it and as people see it.</summary>
internal sealed class FilterRecord : IFilterValues
{
    /// <summary>A field of the kernel in one record.</summary>
    /// <param name="Name">In the format.</param>
    /// <param name="Shape">How it is declared.</param>
    /// <param name="Size">Bytes.</param>
    /// <param name="IsSigned">Of a number.</param>
    /// <param name="Raw">A number, extended.</param>
    /// <param name="Bytes">A text: of fixed size, or with its NUL.</param>
    /// <param name="Length">What the kernel takes for the text's length.</param>
    internal sealed record Field(string Name, FilterFieldShape Shape, int Size, bool IsSigned, long Raw, byte[] Bytes, int Length)
    {
        public bool IsText => Shape is FilterFieldShape.FixedText or FilterFieldShape.DynamicText;
    }

    private static readonly (string Name, FilterFieldShape Shape, int Size, bool IsSigned)[] s_fields =
    [
        ("common_pid", FilterFieldShape.Number, 4, true), ("a8", FilterFieldShape.Number, 1, false), ("s8", FilterFieldShape.Number, 1, true), ("u16", FilterFieldShape.Number, 2, false),
        ("s32", FilterFieldShape.Number, 4, true), ("u32", FilterFieldShape.Number, 4, false), ("s64", FilterFieldShape.Number, 8, true), ("u64", FilterFieldShape.Number, 8, false),
        ("dest", FilterFieldShape.Number, 4, false), ("sdest", FilterFieldShape.Number, 4, true), ("port", FilterFieldShape.Number, 2, false), ("be64", FilterFieldShape.Number, 8, false),
        ("state", FilterFieldShape.Number, 4, true), ("mode", FilterFieldShape.Number, 4, false), ("ret", FilterFieldShape.Number, 8, true), ("uret", FilterFieldShape.Number, 4, false),
        ("ok", FilterFieldShape.Number, 1, false), ("lat", FilterFieldShape.Number, 8, false), ("name", FilterFieldShape.DynamicText, 4, true), ("fix", FilterFieldShape.FixedText, 8, false),
        ("ptr", FilterFieldShape.TextPointer, 8, false), ("arr", FilterFieldShape.Bytes, 16, false),
    ];

    private static readonly Dictionary<string, (PresentationKind Kind, Dictionary<long, string>? Names)> s_arguments = new()
    {
        ["dest"] = (PresentationKind.Ip4, null),
        ["sdest"] = (PresentationKind.Ip4, null),
        ["port"] = (PresentationKind.Port, null),
        ["be64"] = (PresentationKind.BigEndian64, null),
        ["state"] = (PresentationKind.Enum, new() { [-1] = "NONE", [0] = "CLOSED", [1] = "OPEN", [2] = "SHUT" }),
        ["mode"] = (PresentationKind.Enum, new() { [1] = "R", [2] = "W", [0x80000000L] = "TOP" }),
        ["ret"] = (PresentationKind.Errno, null),
        ["uret"] = (PresentationKind.Errno, null),
        ["ok"] = (PresentationKind.Boolean, null),
        ["lat"] = (PresentationKind.Nanoseconds, null),
        ["arr"] = (PresentationKind.Ip6, null),
    };

    private readonly Dictionary<string, Field> _fields = [];
    private readonly string _comm;
    private readonly int _cpu;

    private FilterRecord(string comm, int cpu) => (_comm, _cpu) = (comm, cpu);

    public static FilterFieldSet Fields { get; } = MakeFields();

    public static IEnumerable<string> NumberNames => s_fields.Where(f => f.Shape == FilterFieldShape.Number).Select(f => f.Name).Append("cpu");

    public static FilterRecord Random(Random random, string[] words, long[] numbers)
    {
        var record = new FilterRecord(Cut(words[random.Next(words.Length)], 15), random.Next(4));
        foreach (var (name, shape, size, isSigned) in s_fields)
        {
            var value = random.Next(3) == 0 ? random.NextInt64() >> random.Next(64) : numbers[random.Next(numbers.Length)];
            var bits = 64 - (size * 8);
            if (shape == FilterFieldShape.Number)
                value = isSigned ? value << bits >> bits : (long)((ulong)value << bits >> bits);
            var text = Encoding.UTF8.GetBytes(words[random.Next(words.Length)]);
            byte[] bytes = shape switch
            {
                // What stands behind the end of a text of fixed size is anything.
                FilterFieldShape.FixedText => [.. text.Append((byte)0).Concat(Encoding.UTF8.GetBytes("garbage!")).Take(size)],
                FilterFieldShape.DynamicText => [.. text, 0],
                _ => [.. Enumerable.Range(0, 16).Select(i => (byte)(random.Next(2) * i))],
            };
            record._fields.Add(name, new Field(name, shape, size, isSigned, value, bytes, bytes.Length));
        }

        return record;
    }

    public Field KernelField(string name) => name switch
    {
        "comm" => new Field(name, FilterFieldShape.FixedText, 16, false, 0, [.. Encoding.UTF8.GetBytes(_comm).Append((byte)0).Concat(Encoding.UTF8.GetBytes("garbage.garbage.")).Take(16)], 16),
        "cpu" => new Field(name, FilterFieldShape.Number, 4, true, _cpu, [], 0),
        _ => _fields[name],
    };

    public bool TryGetNumber(FilterField field, out long number)
    {
        number = field.Index switch
        {
            FilterFieldSet.Cpu => _cpu,
            FilterFieldSet.Pid or FilterFieldSet.Tid => 77,
            FilterFieldSet.Time => 5_000_000,
            _ => FieldNumbers.Decode(field.Kind, _fields[field.Name].Raw, field.Size),
        };
        return true;
    }

    public bool TryGetText(FilterField field, out ReadOnlySpan<byte> text)
    {
        if (field.Index == FilterFieldSet.Comm)
            text = Encoding.UTF8.GetBytes(_comm);
        else if (field.Index == FilterFieldSet.Event)
            text = "probe:f"u8;
        else if (_fields.TryGetValue(field.Name, out var own) && own.IsText)
            text = Array.IndexOf(own.Bytes, (byte)0) is >= 0 and var end ? own.Bytes.AsSpan(0, end) : own.Bytes;
        else if (field.Kind == PresentationKind.Ip6)
            text = Encoding.UTF8.GetBytes(new IPAddress(own!.Bytes).ToString());
        else
            text = TryGetNumber(field, out var number) ? Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)) : default;
        return true;
    }

    public bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes)
    {
        bytes = _fields[field.Name].Bytes;
        return true;
    }

    private static string Cut(string text, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(text) > bytes)
            text = text[..^1];
        return text;
    }

    private static FilterFieldSet MakeFields()
    {
        var set = new FilterFieldSet();
        foreach (var (name, shape, size, isSigned) in s_fields)
            set.AddField(name, shape, size, isSigned);
        foreach (var (name, (kind, names)) in s_arguments)
            set.AddArgument(name, kind, [name], names);
        set.AddArgument("text", PresentationKind.Text, ["u64", "arr"]);
        return set;
    }
}

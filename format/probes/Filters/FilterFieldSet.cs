using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Filters;

/// <summary>How a field of a tracefs <c>format</c> is declared.</summary>
public enum FilterFieldShape
{
    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    Number,

    /// <summary><c>char name[16]</c>.</summary>
    FixedText,

    /// <summary><c>__data_loc char[] name</c>.</summary>
    DynamicText,

    /// <summary><c>const char *name</c>: the kernel takes it for a text that lies elsewhere; in the record it is an address.</summary>
    TextPointer,

    /// <summary>Anything else: arrays, structures.</summary>
    Bytes,
}

/// <summary>
/// The names of one event: its arguments as people see them, its fields as the kernel has them, and what every sample has
/// (<see cref="CommonNames"/>). Of equal names the first added counts.
/// </summary>
/// <remarks>Fields are added first, in the order of the format; then arguments. <see cref="FilterField.Index"/> counts fields from 0, arguments go on behind them.</remarks>
public sealed class FilterFieldSet : IFilterFields
{
    /// <summary><see cref="FilterField.Index"/> of what every sample has.</summary>
    public const int Comm = -1, Pid = -2, Tid = -3, Cpu = -4, Time = -5, Event = -6, Period = -7, Ip = -8, Depth = -9, Symbol = -10, Module = -11, SourceLine = -12, Stack = -13;

    private readonly Dictionary<string, FilterField> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Declared> _declared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FilterField> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private int _count;

    private readonly record struct Declared(FilterFieldShape Shape, int Size, bool IsSigned);

    /// <summary>Names that every sample has.</summary>
    public static IReadOnlyList<string> CommonNames { get; } = ["comm", "pid", "tid", "cpu", "time", "event", "period", "ip", "sym", "dso", "srcline", "stack", "depth", "caller"];

    /// <inheritdoc/>
    public IEnumerable<string> Names
    {
        get
        {
            foreach (var name in _arguments.Keys)
                yield return name;
            foreach (var name in _names)
            {
                if (!_arguments.ContainsKey(name))
                    yield return name;
            }

            foreach (var name in CommonNames)
                yield return name;
        }
    }

    /// <summary>Adds a field of the event's format.</summary>
    /// <param name="name">As the format has it.</param>
    /// <param name="shape">How it is declared.</param>
    /// <param name="size">Its bytes in the record.</param>
    /// <param name="isSigned">What the format says.</param>
    public void AddField(string name, FilterFieldShape shape, int size, bool isSigned)
    {
        var index = _count++;
        if (!_declared.TryAdd(name, new Declared(shape, size, isSigned)))
            return;
        _names.Add(name);
        _fields.Add(name, Make(name, index, PresentationKind.None, name, null));
    }

    /// <summary>Adds an argument as people see it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What its fields mean.</param>
    /// <param name="fields">Names of its fields, added before.</param>
    /// <param name="names">Names of values; null for none.</param>
    public void AddArgument(string name, PresentationKind kind, IReadOnlyList<string> fields, IReadOnlyDictionary<long, string>? names = null)
    {
        var index = _count++;
        _arguments.TryAdd(name, Make(name, index, kind, fields.Count == 1 ? fields[0] : null, names));
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out FilterField field)
    {
        if (_arguments.TryGetValue(name, out field!) || _fields.TryGetValue(name, out field!))
            return true;
        field = CommonField(name)!;
        return field is not null;
    }

    /// <summary>What every sample has, by its name; null when it is none.</summary>
    public static FilterField? CommonField(string name) => name switch
    {
        "comm" => new FilterField(name, Comm, PresentationKind.None, true, 0, false) { Kernel = new KernelFilterField("comm", KernelFieldKind.Comm, 16, false) },
        "pid" => Plain(name, Pid, "pid is the process; the kernel compares threads (common_pid)"),
        "tid" => Plain(name, Tid, "the kernel counts threads in its own name space (common_pid)"),
        "cpu" => new FilterField(name, Cpu, PresentationKind.None, false, 4, false) { Kernel = new KernelFilterField("cpu", KernelFieldKind.Cpu, 4, true) },
        "time" => new FilterField(name, Time, PresentationKind.Nanoseconds, false, 8, false) { Obstacle = "the kernel does not compare times" },
        "event" => new FilterField(name, Event, PresentationKind.None, true, 0, false) { Obstacle = "the kernel's filter is of one event" },
        "period" => new FilterField(name, Period, PresentationKind.None, false, 8, true) { Obstacle = OwnOnly },
        "ip" => new FilterField(name, Ip, PresentationKind.Pointer, false, 8, true) { Obstacle = OwnOnly },
        "sym" => OfFrame(name, Symbol),
        "dso" => OfFrame(name, Module),
        "srcline" => OfFrame(name, SourceLine),
        "depth" => new FilterField(name, Depth, PresentationKind.None, false, 4, true) { Obstacle = NoFrames, Needs = FilterNeeds.Frames },
        _ => null,
    };

    private const string OwnOnly = "the kernel's filters see only the event's own fields", NoFrames = "the kernel's filters see no stacks";

    /// <summary>What <c>stack has</c> and <c>caller</c> ask.</summary>
    internal static FilterField StackField { get; } = OfFrame("stack", Stack);

    private static FilterField OfFrame(string name, int index) => new(name, index, PresentationKind.None, true, 0, false) { Obstacle = NoFrames, Needs = FilterNeeds.Frames };

    private static FilterField Plain(string name, int index, string obstacle) => new(name, index, PresentationKind.None, false, 4, false) { Obstacle = obstacle };

    private FilterField Make(string name, int index, PresentationKind kind, string? fieldName, IReadOnlyDictionary<long, string>? names)
    {
        var known = names ?? new Dictionary<long, string>();
        if (fieldName is null || !_declared.TryGetValue(fieldName, out var declared))
        {
            var isNumber = kind == PresentationKind.ElementCount;
            return new FilterField(name, index, kind, !isNumber, isNumber ? 8 : 0, isNumber)
            {
                Names = known,
                Obstacle = fieldName is null ? "it is put together from several fields" : "the event has no such field",
            };
        }

        var isNumeric = declared.Shape is FilterFieldShape.Number or FilterFieldShape.TextPointer;
        if (isNumeric && FieldNumbers.IsNumber(kind))
        {
            var comparable = declared.Shape == FilterFieldShape.Number && declared.Size is 1 or 2 or 4 or 8 && IsKernelName(fieldName);
            return new FilterField(name, index, kind, false, declared.Size, FieldNumbers.IsUnsigned(kind, declared.IsSigned))
            {
                Names = known,
                Kernel = comparable ? new KernelFilterField(fieldName, KernelFieldKind.Number, declared.Size, declared.IsSigned) : null,
                Obstacle = comparable ? "" : "the kernel does not compare it as a number",
            };
        }

        var isText = declared.Shape is FilterFieldShape.FixedText or FilterFieldShape.DynamicText;
        var kernelText = isText && IsKernelName(fieldName);
        return new FilterField(name, index, kind, kind != PresentationKind.Ip6, 0, false)
        {
            Names = known,
            Kernel = kernelText ? new KernelFilterField(fieldName, declared.Shape == FilterFieldShape.FixedText ? KernelFieldKind.FixedText : KernelFieldKind.DynamicText, declared.Size, false) : null,
            Obstacle = kernelText ? "" : "the kernel does not compare arrays",
        };
    }

    /// <summary>Letters, digits and underscores: what the kernel reads as one name.</summary>
    private static bool IsKernelName(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return name.Length > 0;
    }
}

using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Filters;

/// <summary>One name that filters may use, and what it stands for.</summary>
public sealed class FilterField
{
    internal FilterField(string name, int index, PresentationKind kind, bool isText, int size, bool isUnsigned)
    {
        Name = name;
        Index = index;
        Kind = kind;
        IsText = isText;
        Size = size;
        IsUnsigned = isUnsigned;
    }

    /// <summary>As people write it.</summary>
    public string Name { get; }

    /// <summary>Its number among the fields of its set; negative for those that every sample has (<see cref="FilterFieldSet"/>).</summary>
    public int Index { get; }

    /// <summary>What it means.</summary>
    public PresentationKind Kind { get; }

    /// <summary>Whether its value is a text; else a number, or bytes (<see cref="PresentationKind.Ip6"/>).</summary>
    public bool IsText { get; }

    /// <summary>Bytes of its number; 0 for others.</summary>
    public int Size { get; }

    /// <summary>Whether the number counts from 0 to 2^64 − 1.</summary>
    public bool IsUnsigned { get; }

    /// <summary>Names of values, of enums.</summary>
    public IReadOnlyDictionary<long, string> Names { get; internal init; } = new Dictionary<long, string>();

    /// <summary>What must be known of a sample to have it.</summary>
    public FilterNeeds Needs { get; internal init; }

    /// <summary>What the kernel calls it and how it compares it; null when the kernel cannot.</summary>
    internal KernelFilterField? Kernel { get; init; }

    /// <summary>Why the kernel cannot; empty when it can.</summary>
    internal string Obstacle { get; init; } = "";

    /// <summary>The number of an enum's name; false when it has no such name.</summary>
    internal bool TryNumber(ReadOnlySpan<char> name, out long number)
    {
        foreach (var (value, text) in Names)
        {
            if (!name.SequenceEqual(text))
                continue;
            // Names may have been written with or without the sign of the field.
            number = IsUnsigned ? FieldNumbers.ZeroExtend(value, Size) : FieldNumbers.SignExtend(value, Size);
            return true;
        }

        number = 0;
        return false;
    }
}

/// <summary>How the kernel's filters compare a field.</summary>
internal enum KernelFieldKind
{
    Number,
    FixedText,
    DynamicText,
    Comm,
    Cpu,
}

/// <summary>A field as the kernel's filters know it (<c>kernel/trace/trace_events_filter.c</c>).</summary>
/// <param name="Name">As in the event's format.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="Size">Bytes of a number, or of a fixed text.</param>
/// <param name="IsSigned">Of a number.</param>
internal sealed record KernelFilterField(string Name, KernelFieldKind Kind, int Size, bool IsSigned);

/// <summary>The names that a filter may use.</summary>
public interface IFilterFields
{
    /// <summary>Finds one by its exact name.</summary>
    bool TryGet(string name, out FilterField field);

    /// <summary>All names, for suggestions.</summary>
    IEnumerable<string> Names { get; }
}

/// <summary>The record at hand, as a filter asks for it. Spans are valid until the next call.</summary>
public interface IFilterValues
{
    /// <summary>A field's number as <see cref="FieldNumbers.Decode"/> gives it; false when the record has none.</summary>
    bool TryGetNumber(FilterField field, out long number);

    /// <summary>A text field's text, or any other field as it is shown, in UTF-8; false when the record has none.</summary>
    bool TryGetText(FilterField field, out ReadOnlySpan<byte> text);

    /// <summary>The bytes of an address field (<see cref="PresentationKind.Ip6"/>); false when the record has none.</summary>
    bool TryGetBytes(FilterField field, out ReadOnlySpan<byte> bytes);

    /// <summary>Asks the sample's frames; who has none says no.</summary>
    bool Matches(FrameTest test) => false;
}

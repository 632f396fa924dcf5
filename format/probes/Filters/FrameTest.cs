using System.Text;
using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Filters;

/// <summary>Which frames of a sample's stack are asked.</summary>
public enum FramePlace
{
    /// <summary>The innermost one: <c>sym</c>, <c>dso</c>, <c>srcline</c>.</summary>
    Top,

    /// <summary>The one that called the innermost: <c>caller(…)</c>.</summary>
    Caller,

    /// <summary>Any: <c>stack has …</c>.</summary>
    Stack,
}

/// <summary>What of a frame is asked.</summary>
public enum FrameProperty
{
    /// <summary>The function's name; inlined ones too, but for <see cref="FramePlace.Top"/>.</summary>
    Symbol,

    /// <summary>The file that its code is from: its name, or its path.</summary>
    Module,

    /// <summary><c>file.c:123</c>, or with the file's path.</summary>
    SourceLine,
}

/// <summary>A name of a frame against a text, a pattern or a regular expression. A frame without a name has none that could match.</summary>
public sealed class FrameTest : FilterTest
{
    private readonly TextMatch _match;

    internal FrameTest(FilterField field, FramePlace place, FrameProperty property, FilterOperator comparison, string text, IFilterPattern? pattern)
        : base(field)
    {
        Place = place;
        Property = property;
        IsNot = comparison is FilterOperator.NotEqual or FilterOperator.NotLike or FilterOperator.NotMatch;
        _match = new TextMatch(comparison, text, pattern);
    }

    /// <summary>Which frames.</summary>
    public FramePlace Place { get; }

    /// <summary>What of them.</summary>
    public FrameProperty Property { get; }

    /// <summary>It holds when there is a name, and no form of it fits; else when one fits.</summary>
    public bool IsNot { get; }

    /// <inheritdoc/>
    public override FilterNeeds Needs => Property == FrameProperty.SourceLine ? FilterNeeds.Frames | FilterNeeds.Lines : FilterNeeds.Frames;

    /// <inheritdoc/>
    public override bool Matches(IFilterValues values) => values.Matches(this);

    /// <summary>Whether one form of a name fits (<see cref="IsNot"/> set aside).</summary>
    public bool Fits(string name) => _match.Holds(Encoding.UTF8.GetBytes(name));
}

/// <summary>How texts are compared: byte by byte, with a shell pattern, with a regular expression. Negated operators as the opposite's.</summary>
internal sealed class TextMatch(FilterOperator comparison, string text, IFilterPattern? pattern)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>Of the text in UTF-8.</summary>
    public int Bytes => _bytes.Length;

    public bool Holds(ReadOnlySpan<byte> value) => comparison switch
    {
        FilterOperator.Like or FilterOperator.NotLike => Glob.Matches(_bytes, value),
        FilterOperator.Match or FilterOperator.NotMatch => pattern?.IsMatch(value) == true,
        FilterOperator.Equal or FilterOperator.NotEqual => value.SequenceEqual(_bytes),
        FilterOperator.Less => value.SequenceCompareTo(_bytes) < 0,
        FilterOperator.LessOrEqual => value.SequenceCompareTo(_bytes) <= 0,
        FilterOperator.Greater => value.SequenceCompareTo(_bytes) > 0,
        _ => value.SequenceCompareTo(_bytes) >= 0,
    };
}

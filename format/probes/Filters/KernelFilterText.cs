using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Filters;

/// <summary>Comparisons in the words of the kernel's filters, where those mean exactly the same.</summary>
/// <remarks>
/// Source: kernel <c>Documentation/trace/events.rst</c> §5 "Event filtering", <c>kernel/trace/trace_events_filter.c</c>. It cuts a number to the field's size without a word,
/// reads <c>*x</c> and <c>*x*</c> wrongly on texts of fixed size, and takes a pattern that begins with a digit for plain text: none of these is handed to it.
/// </remarks>
internal static class KernelFilterText
{
    /// <summary>Bytes of a text with its NUL (<c>MAX_FILTER_STR_VAL</c>).</summary>
    private const int MaxText = 255;

    /// <summary>A number against a number.</summary>
    public static string? Number(FilterField field, FilterOperator comparison, FilterNumber number, bool negated, out string reason)
    {
        reason = field.Obstacle;
        if (field.Kernel is not { Kind: KernelFieldKind.Number or KernelFieldKind.Cpu } kernel)
            return null;
        if (field.Kind == PresentationKind.Boolean)
            return Boolean(kernel, comparison, number, negated, out reason);
        var isOrdered = comparison is not (FilterOperator.Equal or FilterOperator.NotEqual or FilterOperator.AnyBit);
        var isSwapped = field.Kind is PresentationKind.Ip4 or PresentationKind.BigEndian16 or PresentationKind.BigEndian32 or PresentationKind.BigEndian64 or PresentationKind.Port;
        if (isOrdered && (isSwapped || (field.IsUnsigned == kernel.IsSigned)))
        {
            reason = isSwapped ? "the kernel compares the order of bytes in memory, not of the number" : "the kernel's field has another sign";
            return null;
        }

        // What the field can mean, then what its bytes are then.
        var fits = comparison == FilterOperator.AnyBit && !number.IsNegative ? number.Fits(field.Size, false) : number.Fits(field.Size, !field.IsUnsigned);
        if (!fits || (kernel.Kind == KernelFieldKind.Cpu && (comparison == FilterOperator.AnyBit || number.IsNegative)))
        {
            reason = $"{number} does not fit its {kernel.Size} bytes: the kernel would cut it";
            return null;
        }

        var raw = (long)FieldNumbers.Encode(field.Kind, number.Bits);
        raw = kernel.IsSigned ? FieldNumbers.SignExtend(raw, kernel.Size) : FieldNumbers.ZeroExtend(raw, kernel.Size);
        var value = kernel.IsSigned ? raw.ToString(CultureInfo.InvariantCulture) : ((ulong)raw).ToString(CultureInfo.InvariantCulture);
        reason = "";
        if (comparison == FilterOperator.AnyBit)
            return negated ? $"!({kernel.Name} & {value})" : $"{kernel.Name} & {value}";
        var sign = negated ? Opposite(comparison) : comparison;
        // Kernels before 6.6 do not know cpu != N.
        return kernel.Kind == KernelFieldKind.Cpu && sign == FilterOperator.NotEqual ? $"!({kernel.Name} == {value})" : $"{kernel.Name} {FilterBinder.Sign(sign)} {value}";
    }

    /// <summary>A text against a text or a pattern.</summary>
    public static string? Text(FilterField field, FilterOperator comparison, string text, int bytes, bool negated, out string reason)
    {
        reason = field.Obstacle.Length > 0 ? field.Obstacle : "the kernel compares it as a number";
        if (field.Kernel is not { Kind: KernelFieldKind.FixedText or KernelFieldKind.DynamicText or KernelFieldKind.Comm } kernel)
            return null;
        if (comparison is FilterOperator.Match or FilterOperator.NotMatch)
        {
            reason = "the kernel has no regular expressions";
            return null;
        }

        if (comparison is not (FilterOperator.Equal or FilterOperator.NotEqual or FilterOperator.Like or FilterOperator.NotLike))
        {
            reason = "the kernel does not order texts";
            return null;
        }

        if (!IsPlain(text, bytes, out var quote))
        {
            reason = "the kernel's filters cannot hold this text";
            return null;
        }

        var isPattern = comparison is FilterOperator.Like or FilterOperator.NotLike;
        if (isPattern && text.AsSpan().IndexOfAny("*?[\\") < 0)
            isPattern = false;
        var most = kernel.Kind switch { KernelFieldKind.Comm => kernel.Size - 1, KernelFieldKind.FixedText => kernel.Size, _ => MaxText };
        if (isPattern ? !KnowsPattern(text, bytes, kernel, most) : bytes > most)
        {
            reason = isPattern ? "the kernel reads this pattern in another way" : "the text is longer than the field";
            return null;
        }

        reason = "";
        var not = comparison is FilterOperator.NotEqual or FilterOperator.NotLike != negated;
        if (isPattern)
            return not ? $"!({kernel.Name} ~ {quote}{text}{quote})" : $"{kernel.Name} ~ {quote}{text}{quote}";
        return $"{kernel.Name} {(not ? "!=" : "==")} {quote}{text}{quote}";
    }

    private static string? Boolean(KernelFilterField kernel, FilterOperator comparison, FilterNumber number, bool negated, out string reason)
    {
        reason = "";
        if (comparison is FilterOperator.Equal or FilterOperator.NotEqual)
            return $"{kernel.Name} {((number.Bits != 0) == (comparison == FilterOperator.Equal) != negated ? "!=" : "==")} 0";
        reason = "the kernel does not order true and false";
        return null;
    }

    private static bool IsPlain(string text, int bytes, out char quote)
    {
        quote = text.Contains('"') ? '\'' : '"';
        if (bytes is 0 or > MaxText || (quote == '\'' && text.Contains('\'')))
            return false;
        foreach (var c in text)
        {
            if (c is < ' ' or '\x7f')
                return false;
        }

        return true;
    }

    /// <summary>Whether <c>filter_parse_regex</c> makes of a pattern what <see cref="Glob"/> does, on a text of this kind.</summary>
    private static bool KnowsPattern(string text, int bytes, KernelFilterField kernel, int most)
    {
        if (char.IsAsciiDigit(text[0]) || text[0] == '!' || text.Contains("[^", StringComparison.Ordinal))
            return false;
        if (text[^1] == '\\' && !text.EndsWith("\\\\", StringComparison.Ordinal))
            return false;
        var inner = text.AsSpan(1, text.Length - 2 < 0 ? 0 : text.Length - 2);
        var isGlob = text.AsSpan().IndexOfAny("?[\\") >= 0 || inner.Contains('*') || text.Length == 1;
        if (!isGlob && text[0] != '*')
            return bytes - 1 <= most; // abc*: up to the field's end
        return isGlob ? kernel.Kind != KernelFieldKind.FixedText && text.Length > 1 : kernel.Kind == KernelFieldKind.DynamicText;
    }

    private static FilterOperator Opposite(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Equal => FilterOperator.NotEqual,
        FilterOperator.NotEqual => FilterOperator.Equal,
        FilterOperator.Less => FilterOperator.GreaterOrEqual,
        FilterOperator.LessOrEqual => FilterOperator.Greater,
        FilterOperator.Greater => FilterOperator.LessOrEqual,
        _ => FilterOperator.Less,
    };
}

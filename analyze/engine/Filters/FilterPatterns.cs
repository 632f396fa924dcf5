using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using TraceKit.Probes.Filters;

namespace TraceKit.Engine.Filters;

/// <summary>Regular expressions of filters: .NET's without back-references and look-around, so that the time is linear in the text whatever the pattern.</summary>
public sealed class FilterPatterns : IFilterPatterns
{
    /// <summary>Longer ones are programs, not patterns.</summary>
    private const int MaxLength = 1000;

    /// <summary>The one.</summary>
    public static FilterPatterns Instance { get; } = new();

    /// <inheritdoc/>
    public IFilterPattern? TryMake(string text, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = "";
        if (text.Length > MaxLength)
        {
            problem = FormattableString.Invariant($"at most {MaxLength} characters");
            return null;
        }

        try
        {
            return new Pattern(new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (RegexParseException e)
        {
            problem = FormattableString.Invariant($"{e.Error} at its character {Math.Min(e.Offset, text.Length)}");
        }
        catch (NotSupportedException)
        {
            // Also thrown for automata that grow too large.
            problem = "without back-references, look-around and large repetitions";
        }

        return null;
    }

    private sealed class Pattern(Regex regex) : IFilterPattern
    {
        private const int OnStack = 512;

        public bool IsMatch(ReadOnlySpan<byte> text)
        {
            if (text.Length <= OnStack)
            {
                Span<char> few = stackalloc char[OnStack];
                return regex.IsMatch(few[..Encoding.UTF8.GetChars(text, few)]);
            }

            var many = ArrayPool<char>.Shared.Rent(text.Length);
            var isMatch = regex.IsMatch(many.AsSpan(0, Encoding.UTF8.GetChars(text, many)));
            ArrayPool<char>.Shared.Return(many);
            return isMatch;
        }
    }
}

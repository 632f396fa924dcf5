namespace TraceKit.DebugInfo.Types;

/// <summary>
/// A function as a user names it: <c>vfs_read</c>, <c>ns::Foo::bar</c>, <c>Foo::bar(int, char const*)</c>, <c>std::vector&lt;*&gt;::push_back</c>, <c>tcp_*</c>, <c>_ZN3Foo3barEi</c>,
/// <c>main.(*Node).Walk</c>.
/// </summary>
/// <remarks>
/// Without parameters every overload is meant, without template arguments every instance. A name matches at its end, from a whole component on:
/// <c>Foo::bar</c> is <c>ns::Foo::bar</c> too; where some function matches from its beginning, only those do.
/// </remarks>
public sealed partial class FunctionPattern
{
    private FunctionPattern(string text, string name, string? parameters, string? file)
    {
        Text = text;
        Name = name;
        Parameters = parameters;
        File = file;
        IsGlob = HasGlob(name);
        _components = FunctionName.Split(name);
        _parameters = parameters is null ? null : FunctionName.Parameters(parameters);
    }

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>The name without parameters.</summary>
    public string Name { get; }

    /// <summary>What stands between the parentheses of a signature; null when none is given, empty for <c>()</c>.</summary>
    public string? Parameters { get; }

    /// <summary>End of the path of the source file it must be declared in (<c>FUNC@SRC</c>); null for any.</summary>
    public string? File { get; }

    /// <summary>Whether it has <c>*</c>, <c>?</c> or <c>[</c> outside of <c>operator</c> names, the star of Go's receivers (<c>(*Node)</c>) and Go's type arguments (<c>[...]</c>).</summary>
    public bool IsGlob { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The function part of a probe point, escapes undone.</param>
    /// <param name="file">The source file it must be declared in; null for any.</param>
    public static FunctionPattern Parse(string text, string? file = null)
    {
        // main.(*Node).Walk is a name: parameters are the last parentheses, at the end of the text but for qualifiers.
        var name = text;
        string? parameters = null;
        var trimmed = WithoutQualifiers(text);
        if (trimmed.EndsWith(')') && !trimmed.EndsWith("operator()", StringComparison.Ordinal))
        {
            var depth = 0;
            for (var i = trimmed.Length - 1; i >= 0; i--)
            {
                depth += trimmed[i] == ')' ? 1 : trimmed[i] == '(' ? -1 : 0;
                if (depth == 0)
                {
                    name = trimmed[..i];
                    parameters = trimmed[(i + 1)..^1].Trim();
                    break;
                }
            }
        }

        return new FunctionPattern(text, name.Trim(), parameters, file);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>What a member function's signature may end in.</summary>
    private static string WithoutQualifiers(string text)
    {
        for (; ; )
        {
            text = text.TrimEnd();
            if (text.EndsWith(" const", StringComparison.Ordinal) || text.EndsWith(")const", StringComparison.Ordinal))
                text = text[..^5];
            else if (text.EndsWith(" volatile", StringComparison.Ordinal))
                text = text[..^8];
            else if (text.EndsWith('&') && !text.EndsWith("operator&", StringComparison.Ordinal) && !text.EndsWith("operator&&", StringComparison.Ordinal))
                text = text[..^1];
            else
                return text;
        }
    }
}

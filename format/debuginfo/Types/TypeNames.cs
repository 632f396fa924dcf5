using System.Text;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Types;

/// <summary>Types as their language declares them: <c>struct msghdr*</c>, <c>const char*</c>, <c>int (*)(int, char*)</c>, <c>std::vector&lt;int&gt;</c>, <c>&amp;str</c>, <c>[]int</c>.</summary>
public static class TypeNames
{
    /// <summary>A longer one ends in an ellipsis: names of C++ templates reach megabytes.</summary>
    private const int MostChars = 1 << 16;

    /// <summary>The text of a type; <c>void</c> for null.</summary>
    public static string Format(DebugType? type) => Format(type, withQualifiers: true);

    /// <summary>The text of a type.</summary>
    /// <param name="type">The type; null is <c>void</c>.</param>
    /// <param name="withQualifiers">Whether <c>const</c> and its like are written; <c>perf probe -V</c> leaves them out.</param>
    public static string Format(DebugType? type, bool withQualifiers)
    {
        var text = new StringBuilder();
        var after = new StringBuilder();
        Write(type, text, after, new Style { Qualifiers = withQualifiers }, 0);
        text.Append(after);
        return text.Length <= MostChars ? text.ToString() : text.ToString(0, MostChars) + "…";
    }

    /// <summary>Writes what stands before a declared name, and what stands behind it.</summary>
    private static void Write(DebugType? type, StringBuilder before, StringBuilder after, Style style, int depth)
    {
        if (type is null)
        {
            before.Append("void");
            return;
        }

        if (depth >= InputLimits.Depth || style.Left-- <= 0)
        {
            before.Append('…');
            return;
        }

        switch (type.Kind)
        {
            case DebugTypeKind.Void:
                before.Append("void");
                break;
            case DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference:
                Pointer(type, before, after, style, depth);
                break;
            case DebugTypeKind.MemberPointer:
                MemberPointer(type, before, after, style, depth);
                break;
            case DebugTypeKind.Qualified:
                Qualified(type, before, after, style, depth);
                break;
            case DebugTypeKind.Array:
                Array(type, before, after, style, depth);
                break;
            case DebugTypeKind.Function when type.Language == SourceLanguage.Go && type.Name is { } name:
                before.Append(name);
                break;
            case DebugTypeKind.Function:
                Write(type.Target, before, after, style, depth + 1);
                before.Append(' ');
                after.Insert(0, Parameters(type, style, depth));
                break;
            default:
                before.Append(Named(type));
                break;
        }
    }

    private static string Named(DebugType type)
    {
        var name = type.QualifiedName;
        var keyword = type.Language == SourceLanguage.C || name is null && type.Language is not (SourceLanguage.Rust or SourceLanguage.Go)
            ? type.Kind switch
            {
                DebugTypeKind.Struct => "struct ",
                DebugTypeKind.Class => "class ",
                DebugTypeKind.Union => "union ",
                DebugTypeKind.Enum => "enum ",
                _ => "",
            }
            : "";
        return keyword + (name ?? "{unnamed}");
    }

    private static void Pointer(DebugType type, StringBuilder before, StringBuilder after, Style style, int depth)
    {
        // Rust and Go name their pointers: &str, *mut T, *main.Node.
        if (type.Language is SourceLanguage.Rust or SourceLanguage.Go && type.Name is { } own)
        {
            before.Append(own);
            return;
        }

        var sign = type.Kind switch { DebugTypeKind.Pointer => "*", DebugTypeKind.Reference => "&", _ => "&&" };
        if (type.Language == SourceLanguage.Go)
        {
            before.Append('*');
            Write(type.Target, before, after, style, depth + 1);
            return;
        }

        var target = Plain(type.Target, style);
        if (target is { Kind: DebugTypeKind.Function } function)
        {
            // int (*)(char*)
            Write(function.Target, before, after, style, depth + 1);
            before.Append(" (").Append(sign);
            after.Insert(0, ")" + Parameters(function, style, depth));
        }
        else if (target is { Kind: DebugTypeKind.Array } array)
        {
            var inner = new StringBuilder();
            Write(array.Target, before, inner, style, depth + 1);
            before.Append(" (").Append(sign);
            after.Insert(0, ")" + Dimensions(array) + inner);
        }
        else
        {
            Write(type.Target, before, after, style, depth + 1);
            before.Append(sign);
        }
    }

    /// <summary><c>int ns::C::*</c>, <c>int (ns::C::*)(int)</c>: of what class, a function's hidden parameter says.</summary>
    private static void MemberPointer(DebugType type, StringBuilder before, StringBuilder after, Style style, int depth)
    {
        if (type.Target is not { Kind: DebugTypeKind.Function } function)
        {
            Write(type.Target, before, after, style, depth + 1);
            before.Append(' ').Append(type.MemberOf?.QualifiedName).Append("::*");
            return;
        }

        Write(function.Target, before, after, style, depth + 1);
        before.Append(" (").Append(type.MemberOf?.QualifiedName).Append("::*");
        after.Insert(0, ")" + Parameters(function, style, depth, first: 1));
    }

    /// <summary>A type without qualifiers, where these are not written.</summary>
    private static DebugType? Plain(DebugType? type, Style style)
    {
        for (var i = 0; i < InputLimits.Depth && !style.Qualifiers && type is { Kind: DebugTypeKind.Qualified }; i++)
            type = type.Target;
        return type;
    }

    private static void Qualified(DebugType type, StringBuilder before, StringBuilder after, Style style, int depth)
    {
        if (!style.Qualifiers || type.Qualifier is not { } qualifier)
        {
            Write(type.Target, before, after, style, depth + 1);
            return;
        }

        var behind = type.Target;
        for (var i = 0; i < InputLimits.Depth && behind is { Kind: DebugTypeKind.Qualified }; i++)
            behind = behind.Target;
        if (behind is { Kind: DebugTypeKind.Pointer or DebugTypeKind.Reference or DebugTypeKind.RvalueReference or DebugTypeKind.MemberPointer })
        {
            // Of a pointer itself: behind the star.
            Write(type.Target, before, after, style, depth + 1);
            before.Append(' ').Append(qualifier);
        }
        else
        {
            before.Append(qualifier).Append(' ');
            Write(type.Target, before, after, style, depth + 1);
        }
    }

    private static void Array(DebugType type, StringBuilder before, StringBuilder after, Style style, int depth)
    {
        switch (type.Language)
        {
            case SourceLanguage.Go when type.Name is { } name:
                before.Append(name);
                break;
            case SourceLanguage.Rust:
                before.Append('[');
                Write(type.Target, before, after, style, depth + 1);
                before.Append(type.Dimensions is [{ } count] ? $"; {count}]" : "]");
                break;
            default:
                var inner = new StringBuilder();
                Write(type.Target, before, inner, style, depth + 1);
                after.Insert(0, Dimensions(type) + inner);
                break;
        }
    }

    private static string Dimensions(DebugType array)
    {
        var text = new StringBuilder();
        foreach (var count in array.Dimensions)
            text.Append('[').Append(count).Append(']');
        return text.ToString();
    }

    private static string Parameters(DebugType function, Style style, int depth, int first = 0)
    {
        var text = new StringBuilder("(");
        for (var i = first; i < function.ParameterTypes.Count; i++)
        {
            var parameter = function.ParameterTypes[i];
            if (text.Length > 1)
                text.Append(", ");
            if (text.Length > MostChars)
                break;
            var after = new StringBuilder();
            Write(parameter, text, after, style, depth + 1);
            text.Append(after);
        }

        return text.Append(')').ToString();
    }

    /// <summary>How to write, and how many types more: those of hostile files take each other as parameters.</summary>
    private sealed class Style
    {
        public bool Qualifiers { get; init; }

        public int Left { get; set; } = 4096;
    }
}

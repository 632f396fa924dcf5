using System.Globalization;
using System.Text;

namespace TraceKit.Probes.Syntax;

/// <summary>Writes what was read, in one form: read again it is the same.</summary>
public static class ProbeSyntaxText
{
    /// <summary>A definition.</summary>
    public static string Format(ProbeSyntax syntax)
    {
        var text = new StringBuilder();
        if (syntax.Point is KernelTextPoint kernel)
            return Kernel(text, syntax, kernel);
        if (syntax.Event is not null)
            text.Append(syntax.Group is null ? "" : syntax.Group + ":").Append(syntax.Event).Append('=');
        Point(text, syntax.Point);
        foreach (var argument in syntax.Arguments)
            Argument(text.Append(' '), argument);
        return text.ToString();
    }

    /// <summary>One argument.</summary>
    public static string Format(ArgumentSyntax argument)
    {
        var text = new StringBuilder();
        Argument(text, argument);
        return text.ToString();
    }

    /// <summary>An expression.</summary>
    public static string Format(ExpressionSyntax expression)
    {
        var text = new StringBuilder();
        Expression(text, expression);
        return text.ToString();
    }

    /// <summary>A type.</summary>
    public static string Format(TypeSyntax type)
    {
        var text = new StringBuilder();
        Type(text, type);
        return text.ToString();
    }

    private static StringBuilder Number(this StringBuilder text, long number) => text.Append(number.ToString(CultureInfo.InvariantCulture));

    private static StringBuilder Hex(this StringBuilder text, ulong number) => text.Append("0x").Append(number.ToString("x", CultureInfo.InvariantCulture));

    private static string Kernel(StringBuilder text, ProbeSyntax syntax, KernelTextPoint point)
    {
        text.Append(point.IsReturn ? 'r' : 'p');
        if (point.MaxActive > 0)
            text.Number(point.MaxActive);
        if (syntax.Group is not null || syntax.Event is not null)
            text.Append(':').Append(syntax.Group is null ? "" : syntax.Group + "/").Append(syntax.Event);
        text.Append(' ').Append(point.Path ?? point.Symbol);
        if (point.Path is not null)
            text.Append(':').Hex(point.Offset);
        else if (point.Offset != 0)
            text.Append('+').Append(point.Offset.ToString(CultureInfo.InvariantCulture));
        // Without a name "r vfs_read" would be a function r with an argument.
        if (syntax.Group is null && syntax.Event is null && point.Path is null && point.Offset == 0)
            text.Append(point.IsReturn ? "%return" : point.Symbol!.StartsWith("0x", StringComparison.Ordinal) ? "" : "+0");
        if (point.Semaphore is { } semaphore)
            text.Append('(').Hex(semaphore).Append(')');
        return point.ArgumentText.Length == 0 ? text.ToString() : text.Append(' ').Append(point.ArgumentText).ToString();
    }

    private static void Point(StringBuilder text, PointSyntax point)
    {
        switch (point)
        {
            case FunctionPoint function:
                text.Append(function.Module is null ? "" : function.Module + ":");
                text.Append(EscapeFunction(function));
                if (function.Source is not null)
                    text.Append('@').Append(EscapeSource(function.Source));
                if (function.Line is { } line)
                    text.Append(':').Number(line);
                if (function.Offset is { } offset)
                    text.Append('+').Append(offset.ToString(CultureInfo.InvariantCulture));
                text.Append(function.IsReturn ? "%return" : "").Append(function.Pattern is null ? "" : ";" + function.Pattern);
                break;
            case LinePoint place:
                text.Append(EscapeSource(place.Source));
                if (place.Line is { } number)
                    text.Append(':').Number(number);
                else
                    text.Append(';').Append(place.Pattern);
                break;
            case AddressPoint address:
                text.Hex(address.Address).Append(address.IsReturn ? "%return" : "");
                break;
            case MarkerPoint marker:
                text.Append('%').Append(marker.Provider is null ? "" : $"sdt_{marker.Provider}:").Append(marker.Name);
                break;
        }
    }

    /// <summary>The name as it is where it reads back so; with backslashes where it would not.</summary>
    private static string EscapeFunction(FunctionPoint point)
    {
        var plain = ReadsBack(point.Function) && (point.Module is null || point.Function[0] != ':');
        var escaped = plain ? point.Function : Escape(point.Function, "=@+:;%\\ \t'\"`^|!,&()<>[]{}~");
        // A dot or a slash before :LINE or ;PATTERN says "source file", unless something says "function".
        var isCut = (point.Line is not null || point.Pattern is not null) && point.Source is null && point.Offset is null;
        if (!isCut || (plain && (escaped.Contains("::", StringComparison.Ordinal) || escaped.IndexOfAny(['(', '<', '[', '{']) >= 0)))
            return escaped;
        return Escape(escaped, "./");
    }

    private static bool ReadsBack(string function)
    {
        if (function.Contains('\\'))
            return false;
        try
        {
            var reader = new SyntaxReader(function, 0, function.Length);
            return FunctionNameScanner.Scan(reader, "=@+:;%") == function.Length && !function.StartsWith("sdt_", StringComparison.Ordinal);
        }
        catch (ProbeSyntaxException)
        {
            return false;
        }
    }

    private static string EscapeSource(string source) => Escape(source, "=@+:;%\\ \t'\"`^|!,&()<>[]{}#");

    private static string Escape(string name, string special)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (special.Contains(c))
                text.Append('\\');
            text.Append(c);
        }

        return text.ToString();
    }

    private static void Argument(StringBuilder text, ArgumentSyntax argument)
    {
        if (argument.Name is not null)
            text.Append(argument.Name).Append('=');
        Expression(text, argument.Expression);
        if (argument.Type is { } type)
            Type(text.Append(':'), type);
        if (argument.IsUser)
            text.Append("@user");
    }

    private static void Type(StringBuilder text, TypeSyntax type)
    {
        text.Append(type.Name);
        if (type.BitField is { } bits)
            text.Number(bits.Width).Append('@').Number(bits.Offset).Append('/').Number(bits.Container);
        if (type.Length is { } length)
            text.Append('[').Number(length).Append(']');
    }

    private static void Expression(StringBuilder text, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case VariableSyntax variable:
                text.Append(variable.Name);
                break;
            case MemberSyntax member:
                Postfix(text, member.Target).Append(member.IsArrow ? "->" : ".").Append(member.Name);
                break;
            case MethodSyntax method:
                Postfix(text, method.Target).Append(method.IsArrow ? "->" : ".").Append(method.Name).Append("()");
                break;
            case IndexSyntax index:
                Postfix(text, index.Target).Append('[').Number(index.Index).Append(']');
                break;
            case DereferenceSyntax pointer:
                Expression(text.Append('*'), pointer.Target);
                break;
            case AddressOfSyntax place:
                // && would be read as an operator of conditions.
                if (place.Target is AddressOfSyntax)
                    Postfix(text.Append('&'), place.Target);
                else
                    Expression(text.Append('&'), place.Target);
                break;
            case CastSyntax cast:
                Expression(text.Append('(').Append(cast.TypeName).Append(')'), cast.Target);
                break;
            case SpecialSyntax special:
                text.Append(special.Kind switch
                {
                    SpecialKind.Variables => "$vars",
                    SpecialKind.Parameters => "$params",
                    SpecialKind.ReturnValue => "$retval",
                    SpecialKind.Comm => "$comm",
                    SpecialKind.Argument => "$arg",
                    _ => "$stack",
                });
                if (special.Kind is SpecialKind.Argument or SpecialKind.StackWord)
                    text.Number(special.Number);
                break;
            case RegisterSyntax register:
                text.Append('%').Append(register.Name);
                break;
            case SymbolMemorySyntax symbol:
                text.Append('@').Append(symbol.Symbol);
                if (symbol.Offset != 0)
                    text.Append(symbol.Offset > 0 ? "+" : "").Number(symbol.Offset);
                break;
            case AddressMemorySyntax address:
                text.Append(address.IsFileOffset ? "@+" : "@").Hex(address.Address);
                break;
            case MemorySyntax memory:
                text.Append(memory.Offset < 0 ? '-' : '+').Append(memory.IsUser ? "u" : "").Number(Math.Abs(memory.Offset)).Append('(');
                Expression(text, memory.Inner);
                text.Append(')');
                break;
            case ImmediateSyntax number:
                text.Append('\\').Number(number.Value);
                break;
            case ImmediateTextSyntax value:
                text.Append("\\\"").Append(value.Value).Append('"');
                break;
        }
    }

    /// <summary>What a member or an index is taken of: in parentheses where they bind weaker.</summary>
    private static StringBuilder Postfix(StringBuilder text, ExpressionSyntax target)
    {
        var plain = target is VariableSyntax or MemberSyntax or MethodSyntax or IndexSyntax or SpecialSyntax or RegisterSyntax;
        text.Append(plain ? "" : "(");
        Expression(text, target);
        return text.Append(plain ? "" : ")");
    }
}

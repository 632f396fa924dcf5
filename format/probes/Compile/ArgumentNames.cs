using System.Globalization;
using System.Text;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Compile;

/// <summary>Names of arguments, as perf gives them: that of the last member, of the variable, or none, which the kernel counts (<c>arg1</c>).</summary>
internal static class ArgumentNames
{
    /// <summary>Fields that every event has.</summary>
    private static readonly string[] Taken =
        ["common_type", "common_flags", "common_preempt_count", "common_pid", "common_tgid", "common_preempt_lazy_count", "__probe_ip", "__probe_ret_ip", "__probe_func", "__probe_nargs"];

    /// <summary>The name of an argument that was given none; null for the kernel's own words, which are counted.</summary>
    public static string? Default(ArgumentSyntax argument)
    {
        var plain = true;
        for (var expression = argument.Expression; ; plain = false)
        {
            switch (expression)
            {
                case VariableSyntax variable:
                    var name = variable.Name[(variable.Name.LastIndexOf(':') + 1)..];

                    // perf names a variable whose type is given after both: x:u64 is x_u64.
                    return plain && argument.Type is { } type && FetchBuilder.IsKernelType(type) ? $"{name}_{Text(type)}" : name;
                case MemberSyntax { Name: [>= '0' and <= '9', ..] } field:
                    return Default(new ArgumentSyntax(null, field.Target, null, false, argument.Span)) is { } tuple ? $"{tuple}_{field.Name}" : null;
                case MemberSyntax member:
                    return member.Name;
                case MethodSyntax method:
                    return Default(new ArgumentSyntax(null, method.Target, null, false, argument.Span)) is { } of ? $"{of}_{method.Name}" : method.Name;
                case IndexSyntax or DereferenceSyntax or AddressOfSyntax or CastSyntax:
                    expression = expression.Operand!;
                    break;
                default:
                    return null;
            }
        }
    }

    /// <summary>Makes a legal name that is not taken yet, and takes it.</summary>
    /// <param name="wanted">What it should be.</param>
    /// <param name="suffix">What it must end in.</param>
    /// <param name="taken">Names of the probe so far.</param>
    public static string Unique(string wanted, string suffix, HashSet<string> taken)
    {
        var legal = Legal(wanted);
        for (var i = 0; ; i++)
        {
            var end = i == 0 ? suffix : suffix + "_" + i.ToString(CultureInfo.InvariantCulture);
            var name = legal.Length + end.Length <= ProbeNames.MaxArgumentLength ? legal + end : legal[..(ProbeNames.MaxArgumentLength - end.Length)] + end;
            if (!IsTaken(name) && taken.Add(name))
                return name;
        }
    }

    /// <summary>Whether every event has a field of that name.</summary>
    public static bool IsTaken(string name) => Array.IndexOf(Taken, name) >= 0;

    private static string Legal(string name)
    {
        var legal = new StringBuilder(name.Length);
        foreach (var c in name)
            legal.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        if (legal.Length == 0 || char.IsAsciiDigit(legal[0]))
            legal.Insert(0, '_');
        return legal.ToString();
    }

    private static string Text(TypeSyntax type) => type.BitField is { } bits
        ? string.Create(CultureInfo.InvariantCulture, $"b{bits.Width}_{bits.Offset}_{bits.Container}")
        : type.Length is { } length ? string.Create(CultureInfo.InvariantCulture, $"{type.Name}_{length}") : type.Name;
}

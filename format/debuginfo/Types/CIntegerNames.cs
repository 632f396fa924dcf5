namespace TraceKit.DebugInfo.Types;

/// <summary>The many spellings of C's integers: <c>unsigned long</c> is gcc's <c>long unsigned int</c>.</summary>
public static class CIntegerNames
{
    /// <summary>The name in gcc's order, which DWARF and BTF of gcc have; null for anything that is not made of C's integer words.</summary>
    /// <param name="name">Words between single blanks.</param>
    public static string? Canonical(string name)
    {
        int longs = 0, shorts = 0, signs = 0, unsigneds = 0, chars = 0, ints = 0;
        foreach (var part in name.AsSpan().Split(' '))
        {
            switch (name.AsSpan()[part])
            {
                case "long": longs++; break;
                case "short": shorts++; break;
                case "signed": signs++; break;
                case "unsigned": unsigneds++; break;
                case "char": chars++; break;
                case "int": ints++; break;
                default: return null;
            }
        }

        if (longs > 2 || shorts > 1 || signs + unsigneds > 1 || chars > 1 || ints > 1 || (longs > 0 ? 1 : 0) + shorts + chars > 1 || chars + ints > 1)
            return null;
        var unsigned = unsigneds > 0 ? "unsigned " : "";
        if (chars > 0)
            return signs > 0 ? "signed char" : unsigned + "char";
        return longs switch
        {
            1 => $"long {unsigned}int",
            2 => $"long long {unsigned}int",
            _ => shorts > 0 ? $"short {unsigned}int" : unsigned + "int",
        };
    }

    /// <summary>The spelling of clang, which DWARF and BTF of clang have, for one of gcc; null where both agree.</summary>
    public static string? Clang(string canonical) => canonical switch
    {
        "long int" => "long",
        "long unsigned int" => "unsigned long",
        "long long int" => "long long",
        "long long unsigned int" => "unsigned long long",
        "short int" => "short",
        "short unsigned int" => "unsigned short",
        _ => null,
    };
}

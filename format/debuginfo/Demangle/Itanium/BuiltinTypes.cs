namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>Types that one letter stands for (Itanium C++ ABI §5.1.5.2).</summary>
internal static class BuiltinTypes
{
    public static string? Find(byte letter) => letter switch
    {
        (byte)'a' => "signed char",
        (byte)'b' => "bool",
        (byte)'c' => "char",
        (byte)'d' => "double",
        (byte)'e' => "long double",
        (byte)'f' => "float",
        (byte)'g' => "__float128",
        (byte)'h' => "unsigned char",
        (byte)'i' => "int",
        (byte)'j' => "unsigned int",
        (byte)'l' => "long",
        (byte)'m' => "unsigned long",
        (byte)'n' => "__int128",
        (byte)'o' => "unsigned __int128",
        (byte)'s' => "short",
        (byte)'t' => "unsigned short",
        (byte)'v' => "void",
        (byte)'w' => "wchar_t",
        (byte)'x' => "long long",
        (byte)'y' => "unsigned long long",
        (byte)'z' => "...",
        _ => null,
    };

    /// <summary>The second letter after <c>D</c>.</summary>
    public static string? FindExtended(byte letter) => letter switch
    {
        (byte)'a' => "auto",
        (byte)'c' => "decltype(auto)",
        (byte)'d' => "decimal64",
        (byte)'e' => "decimal128",
        (byte)'f' => "decimal32",
        (byte)'h' => "half",
        (byte)'i' => "char32_t",
        (byte)'n' => "decltype(nullptr)",
        (byte)'s' => "char16_t",
        (byte)'u' => "char8_t",
        _ => null,
    };

    /// <summary>How a literal of the type is written: the digits with this after them; null where the type must be named in front.</summary>
    public static string? LiteralSuffix(string type) => type switch
    {
        "int" => "",
        "unsigned int" => "u",
        "long" => "l",
        "unsigned long" => "ul",
        "long long" => "ll",
        "unsigned long long" => "ull",
        _ => null,
    };
}

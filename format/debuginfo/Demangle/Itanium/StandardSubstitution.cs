namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>The abbreviations of Itanium C++ ABI §5.1.10: St, Sa, Sb, Ss, Si, So, Sd.</summary>
internal static class StandardSubstitution
{
    /// <summary>The short form, or null when the letter is none.</summary>
    public static string? Short(byte letter) => letter switch
    {
        (byte)'t' => "std",
        (byte)'a' => "std::allocator",
        (byte)'b' => "std::basic_string",
        (byte)'s' => "std::string",
        (byte)'i' => "std::istream",
        (byte)'o' => "std::ostream",
        (byte)'d' => "std::iostream",
        _ => null,
    };

    /// <summary>The form in front of a constructor or destructor, where the class must be seen.</summary>
    public static string? Long(byte letter) => letter switch
    {
        (byte)'s' => "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        (byte)'i' => "std::basic_istream<char, std::char_traits<char> >",
        (byte)'o' => "std::basic_ostream<char, std::char_traits<char> >",
        (byte)'d' => "std::basic_iostream<char, std::char_traits<char> >",
        _ => Short(letter),
    };

    /// <summary>What constructors of the class that one of these texts names are called; null for other texts.</summary>
    public static string? ClassNameOf(string text) => text switch
    {
        "std::allocator" => "allocator",
        _ when text.StartsWith("std::basic_string", StringComparison.Ordinal) => "basic_string",
        _ when text.StartsWith("std::basic_istream", StringComparison.Ordinal) => "basic_istream",
        _ when text.StartsWith("std::basic_ostream", StringComparison.Ordinal) => "basic_ostream",
        _ when text.StartsWith("std::basic_iostream", StringComparison.Ordinal) => "basic_iostream",
        _ => null,
    };
}

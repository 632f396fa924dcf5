namespace TraceKit.Probes.Targets;

/// <summary>What every mangled name must hold, byte for byte, whose demangled name a pattern can mean: identifiers are mangled as they are.</summary>
/// <remarks>Itanium ABI §5.1.2, <c>source-name</c>; Rust RFC 2603, <c>identifier</c>. Names that the mangling abbreviates (<c>std</c>, <c>operator</c>, <c>string</c>) are none.</remarks>
internal static class DemangledLiteral
{
    /// <summary>What a demangler writes of its own accord, or for an abbreviation.</summary>
    private const string Written =
        "std allocator basic_string basic_istream basic_ostream basic_iostream char_traits string istream ostream iostream operator new delete co_await anonymous namespace lambda unnamed type " +
        "vtable VTT typeinfo name for guard variable reference temporary construction virtual thunk to non covariant return clone isra constprop cold part lto_priv llvm " +
        "unsigned signed char short int long __int128 float double bool wchar_t char8_t char16_t char32_t void const volatile restrict decltype nullptr_t auto true false sizeof alignof noexcept " +
        "closure shim impl dyn extern mut usize isize str u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 initializer function transaction block invocation entry hidden alias TLS init wrapper " +
        "abi cxx11 fn as unsafe enable_if requires concept template parameter object default arg java resource reinterpret_cast static_cast dynamic_cast const_cast typeid throw complex imaginary half";

    /// <summary>The longest such piece of a pattern's name; empty when it has none.</summary>
    public static string Of(string name)
    {
        var best = "";
        var depth = 0;
        for (var i = 0; i < name.Length;)
        {
            depth = Math.Max(0, depth + (name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0));
            if (!IsLetter(name[i]))
            {
                // A class may be anything, its letters are none of the name.
                i = name[i] == '[' && name.IndexOf(']', i) is var end && end > 0 ? end + 1 : name[i] == '\\' ? i + 2 : i + 1;
                continue;
            }

            var start = i;
            while (i < name.Length && IsLetter(name[i]))
                i++;
            if (depth == 0 && i - start > best.Length && !MayBeWritten(name.AsSpan(start, i - start)))
                best = name[start..i];
        }

        return best.Length < 3 ? "" : best;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>Whether the piece could be, with a glob's star beside it, part of a word that the demangler writes, or hold such a word.</summary>
    private static bool MayBeWritten(ReadOnlySpan<char> piece)
    {
        foreach (var range in Written.AsSpan().Split(' '))
        {
            var word = Written.AsSpan(range);
            if (word.IndexOf(piece, StringComparison.Ordinal) >= 0)
                return true;
        }

        return char.IsAsciiDigit(piece[0]); // numbers are mangled otherwise
    }
}

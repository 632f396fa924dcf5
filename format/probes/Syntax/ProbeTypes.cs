using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Syntax;

/// <summary>The words that may stand behind an argument's colon.</summary>
public static class ProbeTypes
{
    /// <summary>Elements of an array in one field: <c>MAX_ARRAY_LEN</c>.</summary>
    public const int MaxArrayLength = 64;

    /// <summary>Bytes of a text (<c>str[N]</c>) or of raw bytes (<c>bytes[N]</c>).</summary>
    public const int MaxTextBytes = 4096;

    private static readonly string[] Words =
    [
        "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "x8", "x16", "x32", "x64", "u", "s", "x", "char", "string", "ustring", "symbol", "symstr", "%pd", "%pD",
        "ip4", "ip6", "be16", "be32", "be64", "port", "time_ns", "errno", "enum", "sym", "bytes", "bool", "str",
    ];

    /// <summary>All words, the kernel's and perf's first, then those for people.</summary>
    public static IReadOnlyList<string> All => Words;

    /// <summary>Whether it is one of them.</summary>
    public static bool IsKnown(string word) => Array.IndexOf(Words, word) >= 0;

    /// <summary>How many elements <c>[N]</c> may ask for behind a word; 0 when none may.</summary>
    public static int MaxLengthOf(string word) => word switch
    {
        "bytes" or "str" => MaxTextBytes,
        "char" or "string" or "ustring" or "symbol" or "bool" => MaxArrayLength,
        _ when word.Length >= 2 && word[0] is 'u' or 's' or 'x' && char.IsAsciiDigit(word[1]) => MaxArrayLength,
        "u" or "s" or "x" => MaxArrayLength,
        _ => 0,
    };

    /// <summary>What to write instead of a word that is none: of C's, Rust's and Go's types the kernel's; else the nearest.</summary>
    public static string? Instead(string word) => word switch
    {
        "int" or "i32" or "int32" or "int32_t" => "s32",
        "unsigned" or "uint" or "uint32" or "uint32_t" or "__u32" or "rune" => "u32",
        "long" or "i64" or "int64" or "int64_t" or "ssize_t" or "isize" or "loff_t" => "s64",
        "size_t" or "usize" or "uint64" or "uint64_t" or "__u64" or "ulong" => "u64",
        "short" or "i16" or "int16" or "int16_t" => "s16",
        "ushort" or "uint16" or "uint16_t" or "__u16" => "u16",
        "i8" or "int8" or "int8_t" => "s8",
        "byte" or "uint8" or "uint8_t" or "__u8" => "u8",
        "hex" or "ptr" or "pointer" or "addr" or "p" => "x64",
        "ustr" => "ustring",
        "text" or "cstr" or "cstring" or "strings" => "string",
        "ip" or "ipv4" or "inet" => "ip4",
        "ipv6" or "inet6" => "ip6",
        "ns" or "time" or "nanoseconds" => "time_ns",
        "boolean" or "_Bool" => "bool",
        "hexdump" or "buf" => "bytes",
        _ => word.Length < 2 ? null : Suggestions.Nearest(word, Words),
    };
}

using System.Diagnostics.CodeAnalysis;

namespace TraceKit.Binary;

/// <summary>
/// The one exception a parser of the format rooms lets out: input that is not what its format says.
/// </summary>
/// <remarks>
/// The message reads <c>FILE: SECTION+0xOFFSET: EXPECTED, found FOUND</c>, one line, fit to be shown to a user.
/// </remarks>
public sealed class BadDataException : Exception
{
    /// <summary>Creates the exception from where and what.</summary>
    /// <param name="file">Name of the input as the user knows it; empty while unknown (filled in by <see cref="WithFile"/>).</param>
    /// <param name="section">Part of the input: <c>.eh_frame</c>, <c>chunk 12</c>; empty when the whole.</param>
    /// <param name="offset">Bytes from the start of the section to the value that is wrong.</param>
    /// <param name="code">What kind of wrong: decides exit codes and tests.</param>
    /// <param name="expected">What the format asks for.</param>
    /// <param name="found">What is there.</param>
    public BadDataException(string file, string section, ulong offset, BadDataCode code, string expected, string found)
        : base(Compose(file, section, offset, expected, found))
    {
        File = file;
        Section = section;
        Offset = offset;
        Code = code;
        Expected = expected;
        Found = found;
    }

    /// <summary>Name of the input; empty when unknown.</summary>
    public string File { get; }

    /// <summary>Part of the input; empty when the whole.</summary>
    public string Section { get; }

    /// <summary>Bytes from the start of the section.</summary>
    public ulong Offset { get; }

    /// <summary>What kind of wrong.</summary>
    public BadDataCode Code { get; }

    /// <summary>What the format asks for.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }

    /// <summary>The same finding with the file named: a parser that sees only spans does not know it.</summary>
    public BadDataException WithFile(string file) => new(file, Section, Offset, Code, Expected, Found);

    /// <summary>Throws; keeps the construction out of hot paths.</summary>
    [DoesNotReturn]
    public static void Throw(string section, ulong offset, BadDataCode code, string expected, string found) =>
        throw new BadDataException("", section, offset, code, expected, found);

    private static string Compose(string file, string section, ulong offset, string expected, string found)
    {
        var where = section.Length == 0 ? $"+0x{offset:x}" : $"{section}+0x{offset:x}";
        var head = file.Length == 0 ? where : $"{file}: {where}";
        return $"{head}: expected {expected}, found {found}";
    }
}

/// <summary>The kinds of bad input.</summary>
public enum BadDataCode
{
    /// <summary>The input ends inside a value.</summary>
    Truncated = 1,

    /// <summary>The input is not of this format at all (magic number).</summary>
    NotThisFormat = 2,

    /// <summary>A version this build does not know.</summary>
    UnsupportedVersion = 3,

    /// <summary>A checksum does not match its bytes.</summary>
    ChecksumMismatch = 4,

    /// <summary>A size, count or depth over <see cref="InputLimits"/>.</summary>
    LimitExceeded = 5,

    /// <summary>A value that the format does not allow here.</summary>
    InvalidValue = 6,

    /// <summary>Something the format allows and this build does not handle.</summary>
    Unsupported = 7,
}

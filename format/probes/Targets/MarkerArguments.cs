using System.Globalization;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

/// <summary>Operands of markers, as assemblers write them, in the kernel's text.</summary>
/// <remarks>
/// SystemTap, <c>sys/sdt.h</c>: <c>N@OP</c>, where N is the size in bytes, negative for signed, with an <c>f</c> for floating point, and OP an operand of the machine's assembler.
/// </remarks>
internal static class MarkerArguments
{
    /// <summary>More no kernel takes (<c>MAX_TRACE_ARGS</c>), and no <c>STAP_PROBE</c> macro has more than 12.</summary>
    private const int MaximumArguments = 128;

    /// <summary>Reads the arguments of one note.</summary>
    /// <param name="text">All of them, with blanks between.</param>
    /// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
    /// <param name="symbol">Finds a symbol.</param>
    /// <param name="staticAt">The kernel's text for the memory at an address of the file; null when there is none.</param>
    public static IReadOnlyList<MarkerArgument> Read(string text, ushort machine, Func<string, Svma?> symbol, Func<Svma, string?> staticAt)
    {
        var found = new List<MarkerArgument>();
        foreach (var piece in Split(text))
        {
            if (found.Count == MaximumArguments)
                break;
            var at = piece.IndexOf('@', StringComparison.Ordinal);
            var size = at < 0 ? "8" : piece[..at];
            var operand = at < 0 ? piece : piece[(at + 1)..];
            if (TypeOf(size, out var type) is { } noType)
            {
                found.Add(new MarkerArgument(piece, null, type, noType));
                continue;
            }

            var (kernel, why) = machine == EM_X86_64 ? X64(operand, ref type, symbol, staticAt) : Arm64(operand, symbol, staticAt);
            found.Add(new MarkerArgument(piece, kernel, type, kernel is null ? why : null));
        }

        return found;
    }

    /// <summary>At blanks, but not within AArch64's brackets: <c>4@[sp, 12]</c>.</summary>
    private static List<string> Split(string text)
    {
        var pieces = new List<string>();
        int start = 0, depth = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (depth > 0 || text[i] != ' '))
            {
                depth += text[i] is '[' or '(' ? 1 : text[i] is ']' or ')' ? -1 : 0;
                continue;
            }

            if (i > start)
                pieces.Add(text[start..i]);
            start = i + 1;
        }

        return pieces;
    }

    private static string? TypeOf(string size, out string type)
    {
        type = "u64";
        if (size.EndsWith('f'))
            return "it is a floating point number, which probes cannot fetch";
        if (!int.TryParse(size, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bytes) || bytes == int.MinValue || Math.Abs(bytes) is not (1 or 2 or 4 or 8))
            return $"'{size}' is no size that probes can fetch: 1, 2, 4 or 8 bytes";
        type = (bytes < 0 ? "s" : "u") + (Math.Abs(bytes) * 8).ToString(CultureInfo.InvariantCulture);
        return null;
    }

    private static (string? Kernel, string? WhyNot) X64(string operand, ref string type, Func<string, Svma?> symbol, Func<Svma, string?> staticAt)
    {
        if (operand.StartsWith('$'))
        {
            return TryNumber(operand.AsSpan(1), out var value) ? (Immediate(value), null)
                : (null, $"'{operand}' is an address that is known only where the program runs");
        }

        if (operand.StartsWith('%'))
        {
            if (operand.Contains(':', StringComparison.Ordinal))
                return (null, $"'{operand}' is in another segment: thread-local storage");
            if (X64Register(operand.AsSpan(1), out var isHigh) is not { } register)
                return (null, $"'{operand}' is no general register, so probes cannot fetch it");
            if (isHigh)
            {
                if (type[1..] != "8")
                    return (null, $"'{operand}' has 8 bits");
                type = "b8@8/16"; // the second byte of the register
            }

            return ("%" + register, null);
        }

        if (operand.StartsWith('*'))
            return (null, $"'{operand}' is no operand that is known");
        var open = operand.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return TryNumber(operand, out var absolute) ? ("@0x" + ((ulong)absolute).ToString("x", CultureInfo.InvariantCulture), null) : Static(operand, symbol, staticAt);
        if (!operand.EndsWith(')'))
            return (null, $"'{operand}' is no operand that is known");
        var inner = operand[(open + 1)..^1];
        var displacement = operand[..open];
        if (inner == "%rip")
            return Static(displacement, symbol, staticAt);
        if (inner.Contains(',', StringComparison.Ordinal))
            return (null, $"'{operand}' adds two registers, which probes cannot");
        if (!inner.StartsWith('%') || X64Register(inner.AsSpan(1), out var high) is not { } origin || high)
            return (null, $"'{inner}' is no general register");
        if (displacement.Length == 0)
            return ($"+0(%{origin})", null);
        return TryNumber(displacement, out var offset) ? (Memory(offset, origin), null) : (null, $"'{displacement}' is no number");
    }

    private static (string? Kernel, string? WhyNot) Arm64(string operand, Func<string, Svma?> symbol, Func<Svma, string?> staticAt)
    {
        if (TryNumber(operand.AsSpan().TrimStart('#'), out var value))
            return (Immediate(value), null);
        if (operand.StartsWith('['))
        {
            if (!operand.EndsWith(']'))
                return (null, $"'{operand}' is no operand that is known");
            var parts = operand[1..^1].Split(',');
            if (Arm64Register(parts[0].Trim()) is not { } origin || origin == "zr")
                return (null, $"'{parts[0].Trim()}' is no general register");
            if (parts.Length == 1)
                return ($"+0(%{origin})", null);
            return parts.Length == 2 && TryNumber(parts[1].AsSpan().Trim().TrimStart('#'), out var offset) ? (Memory(offset, origin), null)
                : (null, $"'{operand}' adds two registers, which probes cannot");
        }

        if (Arm64Register(operand) is { } register)
            return register == "zr" ? (Immediate(0), null) : ("%" + register, null);
        return operand.Length > 1 && operand[0] is 'v' or 'q' or 'd' or 's' or 'h' or 'b' && char.IsAsciiDigit(operand[1])
            ? (null, $"'{operand}' is a vector register, which probes cannot fetch") : Static(operand, symbol, staticAt);
    }

    /// <summary><c>SYMBOL</c>, <c>SYMBOL+8</c>, <c>8+SYMBOL</c>: memory at an address of the file.</summary>
    private static (string? Kernel, string? WhyNot) Static(string expression, Func<string, Svma?> symbol, Func<Svma, string?> staticAt)
    {
        long offset = 0;
        var name = expression;
        var sign = expression.AsSpan(Math.Min(1, expression.Length)).IndexOfAny('+', '-');
        if (sign >= 0)
        {
            sign++;
            if (TryNumber(expression.AsSpan(sign), out offset))
                name = expression[..sign];
            else if (TryNumber(expression.AsSpan(0, sign), out offset) && expression[sign] == '+')
                name = expression[(sign + 1)..];
        }

        if (name.Length == 0 || symbol(name) is not { } address)
            return (null, $"the file has no symbol '{name}'");
        return staticAt(new Svma(unchecked(address.Value + (ulong)offset))) is { } text ? (text, null) : (null, $"'{name}' is in no part of the file that is mapped");
    }

    private static string Immediate(long value) => "\\" + value.ToString(CultureInfo.InvariantCulture);

    private static string Memory(long offset, string register) => string.Create(CultureInfo.InvariantCulture, $"{(offset < 0 ? "" : "+")}{offset}(%{register})");

    private static bool TryNumber(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var negative = text.StartsWith("-");
        var digits = text.TrimStart("+-");
        if (text.Length - digits.Length > 1)
            return false;
        ulong magnitude;
        if (digits.StartsWith("0x"))
        {
            if (!ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude))
                return false;
        }
        else if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude))
        {
            return false;
        }

        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        return true;
    }

    /// <summary>The kernel's name of a general register in any of its widths.</summary>
    private static string? X64Register(ReadOnlySpan<char> name, out bool isHigh)
    {
        isHigh = name is "ah" or "bh" or "ch" or "dh";
        switch (name)
        {
            case "rip" or "eip":
                return "ip";
            case "al" or "ah" or "ax" or "eax" or "rax":
                return "ax";
            case "bl" or "bh" or "bx" or "ebx" or "rbx":
                return "bx";
            case "cl" or "ch" or "cx" or "ecx" or "rcx":
                return "cx";
            case "dl" or "dh" or "dx" or "edx" or "rdx":
                return "dx";
            case "sil" or "si" or "esi" or "rsi":
                return "si";
            case "dil" or "di" or "edi" or "rdi":
                return "di";
            case "bpl" or "bp" or "ebp" or "rbp":
                return "bp";
            case "spl" or "sp" or "esp" or "rsp":
                return "sp";
        }

        if (name.Length < 2 || name[0] != 'r' || !char.IsAsciiDigit(name[1]))
            return null;
        var digits = name[^1] is 'd' or 'w' or 'b' or 'l' ? name[1..^1] : name[1..];
        return digits is "8" or "9" or "10" or "11" or "12" or "13" or "14" or "15" ? $"r{digits}" : null;
    }

    private static string? Arm64Register(string name)
    {
        switch (name)
        {
            case "sp" or "wsp":
                return "sp";
            case "xzr" or "wzr":
                return "zr";
            case "lr":
                return "x30";
            case "fp":
                return "x29";
        }

        return name.Length is 2 or 3 && name[0] is 'x' or 'w' && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 30 && (name.Length == 2 || name[1] != '0')
            ? string.Create(CultureInfo.InvariantCulture, $"x{number}") : null;
    }
}

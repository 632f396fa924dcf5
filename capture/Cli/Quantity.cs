using System.Globalization;

namespace TraceKit.Capture.Cli;

/// <summary>Durations, sizes and lists of numbers as the command line writes them.</summary>
internal static class Quantity
{
    /// <summary><c>10s</c>, <c>500ms</c>, <c>2m</c>, <c>1h</c>, <c>1.5s</c>; a bare number is seconds. Milliseconds, at least 1.</summary>
    public static long ParseDuration(string text, string option)
    {
        var (number, unit) = Split(text);
        double scale = unit switch
        {
            "" or "s" => 1000,
            "ms" => 1,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            _ => throw new UsageException($"{option}: '{text}' is not a duration: use 500ms, 10s, 2m or 1h"),
        };
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0 || value * scale < 1
            || value * scale > 1e12)
        {
            throw new UsageException($"{option}: '{text}' is not a duration: use 500ms, 10s, 2m or 1h");
        }

        return (long)(value * scale);
    }

    /// <summary><c>500M</c>, <c>64K</c>, <c>2G</c>, with or without <c>B</c> or <c>iB</c>; powers of 1024. Bytes.</summary>
    public static long ParseSize(string text, string option)
    {
        var (number, unit) = Split(text);
        var shift = unit.ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => throw new UsageException($"{option}: '{text}' is not a size: use 64K, 500M or 2G"),
        };
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0 || value * (1L << shift) > 1e18)
            throw new UsageException($"{option}: '{text}' is not a size: use 64K, 500M or 2G");
        return (long)(value * (1L << shift));
    }

    public static long ParseNumber(string text, string option, long minimum, long maximum)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < minimum || value > maximum)
            throw new UsageException($"{option}: '{text}' is not a number from {minimum} to {maximum}");
        return value;
    }

    /// <summary><c>1,2,3</c>.</summary>
    public static List<int> ParseIds(string text, string option)
    {
        var ids = new List<int>();
        foreach (var part in text.Split(','))
            ids.Add((int)ParseNumber(part, option, 1, int.MaxValue));
        return ids;
    }

    /// <summary><c>0-3,8,10-11</c>, as the kernel prints CPU lists; sorted, each once.</summary>
    public static List<int> ParseCpus(string text, string option)
    {
        var cpus = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            var dash = part.IndexOf('-');
            var first = (int)ParseNumber(dash < 0 ? part : part[..dash], option, 0, 65535);
            var last = dash < 0 ? first : (int)ParseNumber(part[(dash + 1)..], option, first, 65535);
            for (var cpu = first; cpu <= last; cpu++)
                cpus.Add(cpu);
        }

        return [.. cpus];
    }

    /// <summary><c>3.1 MB</c>: for people, three digits, powers of 1000.</summary>
    public static string FormatSize(long bytes)
    {
        if (bytes < 1000)
            return $"{bytes} B";
        string[] units = ["kB", "MB", "GB", "TB"];
        double value = bytes;
        var unit = -1;
        do
        {
            value /= 1000;
            unit++;
        }
        while (value >= 999.5 && unit < units.Length - 1);
        return value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    private static (string Number, string Unit) Split(string text)
    {
        var i = 0;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
            i++;
        return (text[..i], text[i..].Trim());
    }
}

using TraceKit.Testing;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>Definitions, what perf makes of them, and where TraceKit is known to differ: tests/cases/probes/perf-*.txt.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Answers">perf's lines; none where it refused.</param>
/// <param name="Difference">Why ours differs; null where it must not.</param>
internal sealed record PerfCase(string Definition, IReadOnlyList<string> Answers, string? Difference)
{
    public static string Folder => Path.Combine(Golden.RepositoryRoot(), "tests", "cases", "probes");

    public static List<PerfCase> Read(string name)
    {
        var cases = new List<PerfCase>();
        string? definition = null, difference = null, next = null;
        var answers = new List<string>();
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, name)).Append("> "))
        {
            if (line.StartsWith("~ ", StringComparison.Ordinal))
                next = line[2..];
            else if (line.StartsWith("| ", StringComparison.Ordinal))
                answers.Add(line[2..]);
            else if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                if (definition is not null)
                    cases.Add(new PerfCase(definition, [.. answers], difference));
                (definition, difference, next) = (line[2..], next, null);
                answers.Clear();
            }
        }

        return cases;
    }

    /// <summary>Asks the perf that is installed.</summary>
    public static List<string> Ask(string definition, params string[] target) =>
        [.. ProgramRun.Start("perf", ["probe", .. target, "-D", definition]).Output.Split('\n').Where(l => l.StartsWith("p:", StringComparison.Ordinal) || l.StartsWith("r:", StringComparison.Ordinal))];

    /// <summary>
    /// What a line means: kind, place, and each argument's fetch with its width. perf's names are kept but for unnamed arguments, which the kernel counts; the suffix of return probes
    /// and of equal names goes, and a missing type is 64 bits, which the kernel takes it for; x and u are the same width.
    /// </summary>
    public static string Meaning(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words[0][(words[0].IndexOf('/') + 1)..];
        if (name.EndsWith("__return", StringComparison.Ordinal))
            name = name[..^8];
        if (name.LastIndexOf('_') is > 0 and var suffix && name[(suffix + 1)..].All(char.IsAsciiDigit) && !name.StartsWith("abs_", StringComparison.Ordinal))
            name = name[..suffix];
        var place = words[1].EndsWith("+0", StringComparison.Ordinal) ? words[1][..^2] : words[1];
        place = place[(place.LastIndexOf('/') + 1)..];
        var arguments = words[2..].Select((word, i) =>
        {
            var equals = word.IndexOf('=');
            var (given, fetch) = equals > 0 ? (word[..equals], word[(equals + 1)..]) : ($"arg{i + 1}", word);
            if (given.LastIndexOf('_') is > 0 and var number && given[(number + 1)..] is { Length: 1 } digit && char.IsAsciiDigit(digit[0]))
                given = given[..number];
            var colon = fetch.LastIndexOf(':');
            var type = colon < 0 ? "64" : fetch[(colon + 1)..];
            fetch = colon < 0 ? fetch : fetch[..colon];

            // perf leaves the type of $retval to the kernel; here it is the function's own.
            if (fetch == "$retval")
                type = "64";
            if (type is ['x' or 'u', ..] && type != "ustring")
                type = type[1..];
            return $"{given}={fetch}:{type}";
        });
        return $"{words[0][0]} {name} {place} {string.Join(' ', arguments)}".TrimEnd();
    }
}

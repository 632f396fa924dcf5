namespace TraceKit.Capture.Cli;

/// <summary>What a definition is about, and who else may know its types: the options that <c>probe</c> and <c>record --probe</c> share.</summary>
internal sealed record TargetOptions
{
    /// <summary><c>-x FILE</c>; null for the kernel.</summary>
    public string? Executable { get; init; }

    /// <summary><c>--build-id HEX</c>: another file than this one is refused; null for any.</summary>
    public string? BuildId { get; init; }

    /// <summary><c>--types-from FILE</c>.</summary>
    public IReadOnlyList<string> TypesFrom { get; init; } = [];

    /// <summary><c>--proto 'ssize_t vfs_read(struct file *file, …)'</c>.</summary>
    public IReadOnlyList<string> Prototypes { get; init; } = [];

    /// <summary><c>--btf FILE</c> in place of <c>/sys/kernel/btf/vmlinux</c>.</summary>
    public string? Btf { get; init; }

    /// <summary><c>--vmlinux FILE</c>: the kernel's debug information.</summary>
    public string? Vmlinux { get; init; }

    /// <summary><c>--no-inlines</c>.</summary>
    public bool NoInlines { get; init; }

    /// <summary><c>--max-probes N</c>: places that one definition may become.</summary>
    public int MaxProbes { get; init; } = 128;

    /// <summary><c>--max-text N</c>: bytes of a text that carries its length.</summary>
    public int TextBytes { get; init; } = 128;

    /// <summary><c>--max-debug SIZE</c>: bytes of debug information, inflated, that are gone through for a definition; what stays in memory is a fraction.</summary>
    public long MaxDebug { get; init; } = 1 << 30;

    /// <summary>Takes one option off a command line; null when it is none of these.</summary>
    /// <param name="option">As the reader gave it.</param>
    /// <param name="reader">For its value.</param>
    public TargetOptions? With(string option, OptionReader reader)
    {
        switch (option)
        {
            case "-x" or "--exec":
                return this with { Executable = reader.NotEmpty() };
            case "--build-id":
                return this with { BuildId = ParseBuildId(reader.NotEmpty()) };
            case "--types-from":
                return this with { TypesFrom = [.. TypesFrom, reader.NotEmpty()] };
            case "--proto":
                return this with { Prototypes = [.. Prototypes, reader.NotEmpty()] };
            case "--btf":
                return this with { Btf = reader.NotEmpty() };
            case "--vmlinux":
                return this with { Vmlinux = reader.NotEmpty() };
            case "--no-inlines":
                return this with { NoInlines = true };
            case "--max-probes":
                return this with { MaxProbes = (int)Quantity.ParseNumber(reader.Value(), option, 1, 4096) };
            case "--max-text":
                return this with { TextBytes = (int)Quantity.ParseNumber(reader.Value(), option, 1, 4096) };
            case "--max-debug":
                return this with { MaxDebug = Quantity.ParseSize(reader.Value(), option) };
            default:
                return null;
        }
    }

    private static string ParseBuildId(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
                throw new UsageException($"--build-id: '{text}' is not a build-id: hexadecimal digits, as 'readelf -n FILE' prints them");
        }

        return text.Length >= 8 ? text.ToLowerInvariant() : throw new UsageException($"--build-id: '{text}' is too short to tell one file from another: at least 8 digits");
    }
}

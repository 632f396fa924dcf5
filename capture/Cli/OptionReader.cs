namespace TraceKit.Capture.Cli;

/// <summary>
/// Walks a command line: <c>-F 99</c>, <c>-F99</c>, <c>-ag</c>, <c>--freq 99</c>, <c>--freq=99</c>, <c>--</c>.
/// </summary>
/// <param name="arguments">What follows the command's name.</param>
internal sealed class OptionReader(IReadOnlyList<string> arguments)
{
    private int _next;
    private string? _rest;
    private string? _value;

    /// <summary>The option as the user wrote it, for errors.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Moves to the next option or operand.</summary>
    /// <param name="option"><c>-x</c> or <c>--long</c>; empty for an operand, which is then the value.</param>
    public bool TryNext(out string option)
    {
        if (_rest is { Length: > 0 })
        {
            option = Name = "-" + _rest[0];
            _rest = _rest[1..];
            return true;
        }

        if (_value is not null)
            throw new UsageException($"{Name} takes no value");
        _rest = null;
        if (_next >= arguments.Count)
        {
            option = "";
            return false;
        }

        var word = arguments[_next++];
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = word.IndexOf('=');
            option = Name = equals < 0 ? word : word[..equals];
            _value = equals < 0 ? null : word[(equals + 1)..];
        }
        else if (word.Length > 1 && word[0] == '-')
        {
            option = Name = word[..2];
            _rest = word[2..];
        }
        else
        {
            option = "";
            Name = word;
        }

        return true;
    }

    /// <summary>The value of the current option.</summary>
    public string Value()
    {
        if (_value is not null)
        {
            var value = _value;
            _value = null;
            return value;
        }

        if (_rest is { Length: > 0 })
        {
            var value = _rest[0] == '=' ? _rest[1..] : _rest;
            _rest = null;
            return value;
        }

        if (_next >= arguments.Count)
            throw new UsageException($"{Name} needs a value");
        return arguments[_next++];
    }

    /// <summary>The value of the current option, which may not be empty.</summary>
    public string NotEmpty()
    {
        var value = Value();
        return value.Length > 0 ? value : throw new UsageException($"{Name} needs a value");
    }

    /// <summary>The value that stands behind a long option's <c>=</c>; null when there is none. For options that may do without.</summary>
    public string? AttachedValue()
    {
        var value = _value;
        _value = null;
        return value;
    }

    /// <summary>Everything that is left: the command after <c>--</c>.</summary>
    public IEnumerable<string> Remaining()
    {
        while (_next < arguments.Count)
            yield return arguments[_next++];
    }
}

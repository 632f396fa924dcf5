using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Source;

namespace TraceKit.Report.Text;

/// <summary>How <see cref="AddressText"/> prints: addr2line's options.</summary>
public sealed record AddressTextOptions
{
    /// <summary><c>-a</c>: the address before what it is.</summary>
    public bool Addresses { get; init; }

    /// <summary><c>-f</c>: names of functions.</summary>
    public bool Functions { get; init; }

    /// <summary><c>-i</c>: the functions that it was inlined into, too.</summary>
    public bool Inlines { get; init; }

    /// <summary><c>-C</c>: names as they were written.</summary>
    public bool Demangle { get; init; }

    /// <summary><c>-p</c>: one line for each function.</summary>
    public bool Pretty { get; init; }

    /// <summary><c>-s</c>: names of files without their folders.</summary>
    public bool BaseNames { get; init; }

    /// <summary>Digits of an address: 16, of a 32-bit file 8.</summary>
    public int Digits { get; init; } = 16;
}

/// <summary>What addresses are, in the text of GNU addr2line: <c>??</c> for an unknown function, <c>??:0</c> where nothing is known, <c>file:?</c> without a line.</summary>
/// <remarks>Discriminators are left out. Text from the file cannot drive a terminal.</remarks>
public sealed class AddressText
{
    private readonly SourceFrames _frames;
    private readonly AddressTextOptions _options;
    private readonly List<string?> _names = [];
    private readonly List<string?> _files = [];

    /// <param name="frames">Answers; its texts keep their numbers from batch to batch.</param>
    /// <param name="options">How to print.</param>
    public AddressText(SourceFrames frames, AddressTextOptions options)
    {
        _frames = frames;
        _options = options;
    }

    /// <summary>Appends the lines of one address.</summary>
    /// <param name="output">Appended to.</param>
    /// <param name="address">The address; null when what was typed is none.</param>
    /// <param name="answer">Place of its answer in the frames; -1 for none.</param>
    public void Append(StringBuilder output, ulong? address, int answer)
    {
        if (_options.Addresses)
            output.Append("0x").Append((address ?? 0).ToString("x" + _options.Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)).Append(_options.Pretty ? ": " : "\n");
        var chain = answer < 0 ? [] : _frames[answer];
        if (chain.IsEmpty)
        {
            output.Append(!_options.Functions ? "" : _options.Pretty ? "?? " : "??\n").Append("??:0\n");
            return;
        }

        for (var level = 0; level < chain.Length; level++)
        {
            if (level > 0)
            {
                if (!_options.Inlines)
                    return;
                output.Append(_options.Pretty ? " (inlined by) " : "");
            }

            if (_options.Functions)
                output.Append(Name(chain[level].Name)).Append(_options.Pretty ? " at " : "\n");
            output.Append(FileName(chain[level].File)).Append(':');
            if (chain[level].Line == 0)
                output.Append("?\n");
            else
                output.Append(CultureInfo.InvariantCulture, $"{chain[level].Line}\n");
        }
    }

    private string Name(int text)
    {
        ref var known = ref At(_names, text);
        if (known is null)
        {
            var raw = _frames.Text(text);
            known = raw.Length == 0 ? "??" : SafeText.Show(_options.Demangle && Demangler.TryDemangle(Encoding.UTF8.GetBytes(raw), DemangleStyle.Full, out var demangled) ? demangled : raw);
        }

        return known;
    }

    private string FileName(int text)
    {
        ref var known = ref At(_files, text);
        if (known is null)
        {
            var path = _frames.Text(text);
            known = path.Length == 0 ? "??" : SafeText.Show(_options.BaseNames ? path[(path.LastIndexOf('/') + 1)..] : path);
        }

        return known;
    }

    private static ref string? At(List<string?> list, int index)
    {
        while (list.Count <= index)
            list.Add(null);
        return ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list)[index];
    }
}

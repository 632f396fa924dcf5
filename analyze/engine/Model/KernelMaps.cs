using System.Text;
using TraceKit.Engine.DebugFiles;
using TraceKit.Format.Perf;

namespace TraceKit.Engine.Model;

/// <summary>What side-band records tell of the kernel's own addresses: where it lies, its modules, programs that came at run time.</summary>
internal sealed class KernelMaps
{
    /// <summary>More are those of a made-up file: hosts have a few hundred modules, and some thousand programs.</summary>
    private const int MaximumPieces = 1 << 16;

    private const string KernelPrefix = "[kernel.kallsyms]";
    private readonly List<KernelPiece> _pieces = [];
    private KernelPiece[]? _modules; // by address; made when all are known

    /// <summary>The symbol that the map of the kernel refers to: <c>_text</c>, <c>_stext</c>; empty when none was told.</summary>
    public string ReferenceName { get; private set; } = "";

    /// <summary>Where that symbol was; 0 when unknown.</summary>
    public ulong ReferenceAddress { get; private set; }

    /// <summary>Modules and programs.</summary>
    public IReadOnlyList<KernelPiece> Pieces => _pieces;

    /// <summary>The module that was loaded where an address lies; null when none is told of.</summary>
    public KernelPiece? ModuleAt(ulong address)
    {
        var sorted = LazyInitializer.EnsureInitialized(ref _modules, () => [.. _pieces.Where(p => p.Path.Length > 0).OrderBy(p => p.Start)]);
        int low = 0, high = sorted!.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (sorted[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && address - sorted[low - 1].Start < sorted[low - 1].Length ? sorted[low - 1] : null;
    }

    /// <summary>Notes a mapping of the process -1.</summary>
    public void AddMapping(ulong start, ulong length, ulong offset, ReadOnlySpan<byte> name)
    {
        var path = Encoding.UTF8.GetString(name);
        if (path.StartsWith(KernelPrefix, StringComparison.Ordinal))
        {
            // perf writes the reference symbol behind the name and its address as the offset (perf_event__synthesize_kernel_mmap).
            if (ReferenceName.Length == 0 && path.Length > KernelPrefix.Length)
                (ReferenceName, ReferenceAddress) = (path[KernelPrefix.Length..], offset);
            return;
        }

        if (path.StartsWith("[guest.", StringComparison.Ordinal) || path.Length == 0 || path == "[kernel]" || _pieces.Count >= MaximumPieces || start == 0)
            return;
        _pieces.Add(new KernelPiece(NameOf(path), path, start, length));
    }

    /// <summary>Notes code that was made at run time. One that went is kept: samples may have been in it.</summary>
    public void AddSymbol(in KsymbolRecord symbol)
    {
        if (symbol.IsUnregister || symbol.Address == 0 || _pieces.Count >= MaximumPieces)
            return;
        var name = Encoding.UTF8.GetString(symbol.Name);
        if (name.AsSpan().IndexOfAny('\n', '\t', '\0') < 0 && name.Length > 0)
            _pieces.Add(new KernelPiece(name, "", symbol.Address, symbol.Length));
    }

    /// <summary><c>/lib/modules/6.1/kernel/net/x-y.ko.xz</c> and <c>[x_y]</c> are <c>x_y</c>.</summary>
    private static string NameOf(string path)
    {
        if (path is ['[', .. var inner, ']'])
            return inner;
        var name = path[(path.LastIndexOf('/') + 1)..];
        var end = name.IndexOf(".ko", StringComparison.Ordinal);
        return (end < 0 ? name : name[..end]).Replace('-', '_');
    }
}

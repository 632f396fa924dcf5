namespace TraceKit.Probes.Syntax;

/// <summary>A piece of a definition's text, by characters.</summary>
/// <param name="Start">From the start of the text, 0 first.</param>
/// <param name="Length">Characters.</param>
public readonly record struct TextSpan(int Start, int Length);

/// <summary>One probe definition as read: nothing of it is looked up yet. Grammar: docs/probes.md.</summary>
public sealed record ProbeSyntax
{
    /// <summary>As the user gave it.</summary>
    public required string Text { get; init; }

    /// <summary>The group named before the event; null for the default.</summary>
    public string? Group { get; init; }

    /// <summary>The event's name; null for the default.</summary>
    public string? Event { get; init; }

    /// <summary>Where.</summary>
    public required PointSyntax Point { get; init; }

    /// <summary>What is fetched there.</summary>
    public IReadOnlyList<ArgumentSyntax> Arguments { get; init; } = [];
}

/// <summary>Where a probe is to stand.</summary>
/// <param name="Span">Its part of the text.</param>
public abstract record PointSyntax(TextSpan Span);

/// <summary><c>FUNC[@SRC][:RLN|+OFFS|%return|;PTN]</c>.</summary>
/// <param name="Function">The function, escapes undone: <see cref="DebugInfo.Types.FunctionPattern"/> reads it.</param>
/// <param name="Module">The kernel module named before it (<c>ext4:ext4_sync_file</c>); null when none is.</param>
/// <param name="Source">End of the path of the source file; null when not given.</param>
/// <param name="Line">Lines after the function's first; null when not given.</param>
/// <param name="Offset">Bytes after the function's start; null when not given.</param>
/// <param name="IsReturn">Where the function returns.</param>
/// <param name="Pattern">A text that the source line holds (lazy matching: blanks don't count, <c>*</c> and <c>?</c> match); null when not given.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record FunctionPoint(string Function, string? Module, string? Source, int? Line, ulong? Offset, bool IsReturn, string? Pattern, TextSpan Span) : PointSyntax(Span);

/// <summary><c>SRC:ALN</c>, <c>SRC;PTN</c>.</summary>
/// <param name="Source">End of the path of the source file.</param>
/// <param name="Line">The line; null when a pattern is given.</param>
/// <param name="Pattern">A text that the line holds; null when a line is given.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record LinePoint(string Source, int? Line, string? Pattern, TextSpan Span) : PointSyntax(Span);

/// <summary><c>0xADDRESS</c>: in the file's own addresses, or the kernel's.</summary>
/// <param name="Address">The address.</param>
/// <param name="IsReturn">A return probe there: it must be a function's entry.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record AddressPoint(ulong Address, bool IsReturn, TextSpan Span) : PointSyntax(Span);

/// <summary><c>%sdt_PROVIDER:NAME</c>, <c>%PROVIDER:NAME</c>, <c>sdt_PROVIDER:NAME</c>: a marker that the program's authors put in (USDT).</summary>
/// <param name="Provider">The provider, without <c>sdt_</c>; null for any.</param>
/// <param name="Name">The marker.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record MarkerPoint(string? Provider, string Name, TextSpan Span) : PointSyntax(Span);

/// <summary>A whole line in the kernel's own text (<c>p:GROUP/EVENT vfs_read name=+0(%di):string</c>, <c>r16:…</c>): passed on as it is, once its place is proven.</summary>
/// <param name="IsReturn"><c>r</c> or <c>%return</c>.</param>
/// <param name="MaxActive">The number behind <c>r</c>; 0 for none.</param>
/// <param name="Path">The file of a uprobe; null for the kernel.</param>
/// <param name="Symbol">Symbol of the kernel, module included, without offset, or an address (<c>0xffffffff81200c50</c>); null for a uprobe.</param>
/// <param name="Offset">Bytes after the symbol; of a uprobe from the start of the file.</param>
/// <param name="Semaphore">The reference counter's place in the file; null for none.</param>
/// <param name="ArgumentText">The fetch arguments, byte for byte.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record KernelTextPoint(bool IsReturn, int MaxActive, string? Path, string? Symbol, ulong Offset, ulong? Semaphore, string ArgumentText, TextSpan Span) : PointSyntax(Span);

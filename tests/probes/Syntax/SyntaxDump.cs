using System.Globalization;
using System.Text;
using TraceKit.Probes.Syntax;

namespace TraceKit.Probes.Tests.Syntax;

/// <summary>The tree that was read, as text: what is one and what is another tells two that are written alike.</summary>
internal static class SyntaxDump
{
    public static string Of(ProbeSyntax syntax)
    {
        var text = new StringBuilder();
        if (syntax.Event is not null || syntax.Group is not null)
            text.Append(CultureInfo.InvariantCulture, $"event={syntax.Group}:{syntax.Event} ");
        text.Append(Of(syntax.Point));
        foreach (var argument in syntax.Arguments)
            text.Append(" | ").Append(Of(argument));
        return text.ToString();
    }

    private static string Of(PointSyntax point) => point switch
    {
        FunctionPoint p => $"function={p.Function}" + Part("module", p.Module) + Part("source", p.Source) + Part("line", p.Line) + Part("offset", p.Offset) + (p.IsReturn ? " return" : "") + Part("pattern", p.Pattern),
        LinePoint p => $"file={p.Source}" + Part("line", p.Line) + Part("pattern", p.Pattern),
        AddressPoint p => $"address={p.Address:x}" + (p.IsReturn ? " return" : ""),
        MarkerPoint p => $"marker={p.Provider}:{p.Name}",
        KernelTextPoint p => $"kernel={(p.IsReturn ? 'r' : 'p')}" + (p.MaxActive > 0 ? $" active={p.MaxActive}" : "") + Part("path", p.Path) + Part("symbol", p.Symbol) + Part("offset", p.Offset) + Part("counter", p.Semaphore) + Part("arguments", p.ArgumentText),
        _ => throw new InvalidOperationException(point.GetType().Name),
    };

    public static string Of(ArgumentSyntax argument) =>
        (argument.Name is null ? "" : argument.Name + "=") + Of(argument.Expression) + (argument.Type is { } type ? ":" + Of(type) : "") + (argument.IsUser ? " user" : "");

    private static string Of(TypeSyntax type) =>
        type.Name + (type.BitField is { } b ? $"({b.Width},{b.Offset},{b.Container})" : "") + (type.Length is { } n ? $"[{n}]" : "");

    private static string Of(ExpressionSyntax expression) => expression switch
    {
        VariableSyntax e => e.Name,
        MemberSyntax e => $"({(e.IsArrow ? "->" : ".")} {Of(e.Target)} {e.Name})",
        MethodSyntax e => $"(call {Of(e.Target)} {(e.IsArrow ? "->" : ".")}{e.Name})",
        IndexSyntax e => $"(index {Of(e.Target)} {e.Index})",
        DereferenceSyntax e => $"(* {Of(e.Target)})",
        AddressOfSyntax e => $"(& {Of(e.Target)})",
        CastSyntax e => $"(cast <{e.TypeName}> {Of(e.Target)})",
        SpecialSyntax e => $"${e.Kind}{(e.Kind is SpecialKind.Argument or SpecialKind.StackWord ? e.Number.ToString(CultureInfo.InvariantCulture) : "")}",
        RegisterSyntax e => $"%{e.Name}",
        SymbolMemorySyntax e => $"(at {e.Symbol} {e.Offset})",
        AddressMemorySyntax e => $"({(e.IsFileOffset ? "file" : "at")} 0x{e.Address:x})",
        MemorySyntax e => $"(mem{(e.IsUser ? " user" : "")} {e.Offset} {Of(e.Inner)})",
        ImmediateSyntax e => $"(number {e.Value})",
        ImmediateTextSyntax e => $"(text <{e.Value}>)",
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private static string Part(string name, object? value) => value is null or "" ? "" : string.Create(CultureInfo.InvariantCulture, $" {name}={value}");
}

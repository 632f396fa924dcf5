using System.Globalization;
using System.Text;
using TraceKit.Engine.Model;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary>What a recording has of each module, a line each: <c>tracekit symbols list</c>.</summary>
public static class ContentsText
{
    /// <summary>What of a file is there, in a few words: <c>exported symbols, lines (hit)</c>; empty of what is no file, or holds nothing.</summary>
    public static string Describe(ModuleContents content)
    {
        if (content.Bytes == 0)
            return "";
        var words = new List<string>();
        if (content.Symbols != PieceState.None)
            words.Add(content.Symbols == PieceState.All ? "symbols" : "exported symbols");
        if (content.Lines != PieceState.None)
            words.Add(content.Lines == PieceState.All ? "lines" : "lines (hit)");
        return string.Join(", ", words);
    }

    /// <summary>The table; modules that hold nothing by nature (data, kernel modules, code made at run time without a map) are left out.</summary>
    public static string Render(IReadOnlyList<ModuleContents> contents)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{"BUILD-ID",-40}  {"SYMBOLS",-8}  {"UNWIND",-6}  {"LINES",-5}  {"BYTES",10}  MODULE\n");
        foreach (var content in contents)
        {
            var module = content.Module;
            if (module.Kind is ModuleKind.Data or ModuleKind.KernelModule || (module.Kind == ModuleKind.Jit && content.Bytes == 0))
                continue;
            var isFile = module.Kind is ModuleKind.Elf or ModuleKind.Vdso;
            var symbols = content.Symbols switch
            {
                PieceState.All => "yes",
                PieceState.Part => "exported",
                _ => "no",
            };
            var lines = content.Lines switch
            {
                PieceState.All => "yes",
                PieceState.Part => "hit",
                _ => "no",
            };
            text.Append(CultureInfo.InvariantCulture, $"{(module.BuildId.Length > 0 ? module.BuildId : "-"),-40}  {symbols,-8}  {(!isFile ? "-" : content.Unwind ? "yes" : "no"),-6}  {(!isFile ? "-" : lines),-5}  {content.Bytes,10}  ")
                .Append(SafeText.Show(module.Path));
            if (module.SnapshotProblem.Length > 0)
                text.Append(": ").Append(SafeText.Show(module.SnapshotProblem));
            text.Append('\n');
        }

        return text.ToString();
    }
}

using System.Runtime.CompilerServices;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Tests;

/// <summary>The room's page.</summary>
public class ReadmeTests
{
    /// <summary>The README's example compiles, runs, and is the code below, line for line.</summary>
    [Fact]
    public void Readme_Example_CompilesAndRuns()
    {
        if (!File.Exists("/bin/sh") || File.ReadAllBytes("/bin/sh")[18] != ElfConstants.EM_X86_64)
            Assert.Skip("no x86-64 /bin/sh");

        // begin
        var image = ElfImage.Parse(File.ReadAllBytes("/bin/sh"), "/bin/sh");
        var symbols = SymbolTable.Build(image);
        var table = UnwindTable.Build(image);
        if (symbols.TryFind(image.Entry, out var symbol))
            Console.WriteLine($"{symbols.Name(symbol.Index)} is {symbol.Length} bytes at {symbol.Start}");
        if (table.TryFind(image.Entry, out var rule))
            Console.WriteLine($"{rule.Kind}: the entry point has no caller");
        // end
        Assert.Equal(UnwindRuleKind.EndOfStack, rule.Kind);
        var code = File.ReadAllLines(Here()).SkipWhile(l => l.Trim() != "// begin").Skip(1).TakeWhile(l => l.Trim() != "// end").Select(l => l[8..]);
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "format", "debuginfo", "README.md"));
        Assert.Contains("```csharp\n" + string.Join('\n', code) + "\n```", readme, StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}

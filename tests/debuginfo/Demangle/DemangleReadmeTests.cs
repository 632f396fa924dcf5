using System.Buffers;
using System.Runtime.CompilerServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Demangle;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.DebugInfo.Tests.Demangle;

public sealed class DemangleReadmeTests
{
    /// <summary>The examples of the READMEs of Demangle and Kernel run as they stand there.</summary>
    [Fact]
    public void Readme_Examples_RunAndPrintWhatTheySay()
    {
        var text = "ffffffff81000000 T _text\nffffffff81000020 t do_one\n"u8.ToArray();
        var output = new ArrayBufferWriter<byte>();
        var printed = new StringWriter();
        DemangleExample(printed);
        KernelExample(printed, text, output);

        Assert.Equal("void ns::A::f<int>(int) [clone .cold]\nns::A::f<int>\ndo_one []\n", printed.ToString());
        AssertShownIn("Demangle");
        AssertShownIn("Kernel");
    }

    private static void DemangleExample(StringWriter Console)
    {
        if (Demangler.TryDemangle("_ZN2ns1A1fIiEEvT_.cold"u8, out string full))
            Console.WriteLine(full);   // void ns::A::f<int>(int) [clone .cold]
        if (Demangler.TryDemangle("_ZN2ns1A1fIiEEvT_.cold"u8, DemangleStyle.WithoutParameters, out string name))
            Console.WriteLine(name);   // ns::A::f<int>
    }

    private static void KernelExample(StringWriter Console, byte[] text, ArrayBufferWriter<byte> output)
    {
        Kallsyms kallsyms = Kallsyms.Parse(text);            // capture: the whole file
        kallsyms.WriteCompact(output);                       // an IBufferWriter<byte>; compress it
        var compact = output.WrittenMemory;
        Kallsyms back = Kallsyms.ReadCompact(compact);       // analyze: names are decoded when asked for
        if (back.TryFind(new Avma(0xffffffff81000033), out KernelSymbol symbol))
            Console.WriteLine($"{symbol.Name} [{symbol.Module}]");
        else if (back.State != KallsymsState.Present)
            Console.WriteLine(back.Reason);                  // kptr_restrict hid the addresses
    }

    private static void AssertShownIn(string room, [CallerFilePath] string here = "")
    {
        var own = File.ReadAllLines(here).Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        var readme = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "format", "debuginfo", room, "README.md");
        var example = File.ReadAllLines(readme).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").ToArray();
        Assert.NotEmpty(example);
        foreach (var line in example)
            Assert.Contains(line.Trim(), own);
    }
}

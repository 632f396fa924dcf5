using System.Diagnostics;
using System.Text;
using TraceKit.DebugInfo.Demangle;

namespace TraceKit.DebugInfo.Tests.Demangle;

public sealed class CxxFiltTests
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";

    /// <summary>Every dynamic symbol of libstdc++, in both styles, against the c++filt of this machine.</summary>
    [Theory]
    [InlineData(DemangleStyle.Full, "-i")]
    [InlineData(DemangleStyle.WithoutParameters, "-i -p")]
    public void TryDemangle_EverySymbolOfLibstdcxx_IsAsCxxFiltSays(DemangleStyle style, string arguments)
    {
        if (!File.Exists("/usr/bin/c++filt") || !File.Exists("/usr/bin/nm"))
            Assert.Skip("no c++filt and nm here: binutils is not installed");
        if (!File.Exists(Library))
            Assert.Skip($"no {Library} here");
        var names = Run("/usr/bin/nm", $"-D --defined-only {Library}", "")
            .Select(line => line.Split(' ')[^1].Split('@')[0])
            .Where(name => name.StartsWith("_Z", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var expected = Run("/usr/bin/c++filt", arguments, string.Join('\n', names) + "\n");

        Assert.Equal(names.Length, expected.Length);
        var wrong = new StringBuilder();
        for (var i = 0; i < names.Length; i++)
        {
            var found = Demangler.TryDemangle(Encoding.UTF8.GetBytes(names[i]), style, out var text) ? text : names[i];
            if (found != expected[i])
                wrong.Append(names[i]).Append("\n expected ").Append(expected[i]).Append("\n    found ").Append(found).Append('\n');
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static string[] Run(string file, string arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var text = output.GetAwaiter().GetResult();
        process.WaitForExit();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

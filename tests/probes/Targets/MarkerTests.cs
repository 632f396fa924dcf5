using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Tests.Targets;

/// <summary>Markers of programs (USDT).</summary>
public class MarkerTests
{
    /// <summary>A program with the notes that <c>sys/sdt.h</c> makes: with a counter, without, twice the same, and operands of every kind.</summary>
    public const string Program = """
        #include <stdio.h>
        #define NOTE(pc, sema, prov, name, args) \
            ".pushsection .note.stapsdt,\"?\",\"note\"\n.balign 4\n.4byte 992f-991f,994f-993f,3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
            "993: .8byte " pc "\n.8byte _.stapsdt.base\n.8byte " sema "\n.asciz \"" prov "\"\n.asciz \"" name "\"\n.asciz \"" args "\"\n994: .balign 4\n.popsection\n" \
            ".ifndef _.stapsdt.base\n.pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n.weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base,1\n.popsection\n.endif\n"
        unsigned short counted_semaphore __attribute__((section(".probes")));
        unsigned short wrong_semaphore = 7;
        long global_value = 42;
        __attribute__((noinline)) long work(long a, int b)
        {
            __asm__ volatile("990: nop\n" NOTE("990b", "0", "tk", "plain", "8@%%rdi -4@%%esi") :: "D"(a), "S"(b));
            __asm__ volatile("990: nop\n" NOTE("990b", "counted_semaphore", "tk", "counted", "-4@%%esi 8@global_value(%%rip)") ::);
            __asm__ volatile("990: nop\n" NOTE("990b", "wrong_semaphore", "tk", "wrong", ""));
            __asm__ volatile("990: nop\n" NOTE("990b", "0", "tk", "twice", "4@$5"));
            __asm__ volatile("990: nop\n" NOTE("990b", "0", "tk", "twice", "-4@$-5"));
            return a + b;
        }
        int main(int argc, char **argv) { printf("%ld\n", work(argc, 2) + counted_semaphore); return 0; }
        """;

    private static UserTarget Target(params string[] options) => TargetPrograms.Target(TargetPrograms.Compile("gcc", Program, ".c", ["-O2", .. options]));

    /// <summary>Provider, name, places and arguments come from the note; a marker at two places is found twice.</summary>
    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    public void FindMarkers_OwnProgram_AsWritten(string options)
    {
        var target = Target(options);
        var plain = Assert.Single(target.FindMarkers("tk", "plain"));
        Assert.Equal(["%di:u64", "%si:s32"], plain.Arguments.Select(a => $"{a.KernelText}:{a.Type}"));
        Assert.Null(plain.Semaphore);
        Assert.Null(target.WhyNot(plain.Address, false));
        var twice = target.FindMarkers(null, "twice");
        Assert.Equal(["\\5:u32", "\\-5:s32"], twice.Select(m => $"{m.Arguments[0].KernelText}:{m.Arguments[0].Type}"));
        Assert.NotEqual(twice[0].Address, twice[1].Address);
        Assert.Equal(5, target.FindMarkers("*", "*").Count);
        Assert.Empty(target.FindMarkers("other", "plain"));
    }

    /// <summary>A counter's place in the file is the one where its section has it; one that is no counter's is refused, and so is its marker.</summary>
    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    public void FindMarkers_Counters_OnlyInProbesSection(string options)
    {
        var target = Target(options);
        var counted = Assert.Single(target.FindMarkers("tk", "counted"));
        Assert.True(target.Image.TrySection(".probes", out var section));
        Assert.Equal(section.Offset, counted.Semaphore);
        Assert.Null(target.WhyNot(counted.Address, false));

        // The global lies in another segment than the code: the kernel counts from where the code's mapping would have the file's start.
        var global = target.FindSymbol("global_value")!.Value;
        Assert.True(target.Image.TryToFileOffset(counted.Address, out var offset));
        Assert.Equal("@+0x" + (global.Value - counted.Address.Value + offset.Value).ToString("x", CultureInfo.InvariantCulture), counted.Arguments[1].KernelText);

        var wrong = Assert.Single(target.FindMarkers("tk", "wrong"));
        Assert.Null(wrong.Semaphore);
        Assert.Contains("does not lie in a writable .probes section", target.WhyNot(wrong.Address, false), StringComparison.Ordinal);
    }

    /// <summary>Operands of assemblers, in the kernel's text; what it cannot fetch is said.</summary>
    [Theory]
    [InlineData("-4@%edi", "%di:s32")]
    [InlineData("8@-16(%rbp)", "-16(%bp):u64")]
    [InlineData("8@(%rax)", "+0(%ax):u64")]
    [InlineData("8@152(%rbx)", "+152(%bx):u64")]
    [InlineData("4@$5", "\\5:u32")]
    [InlineData("-8@$-1", "\\-1:s64")]
    [InlineData("1@$0x1f", "\\31:u8")]
    [InlineData("-1@%al", "%ax:s8")]
    [InlineData("1@%ah", "%ax:b8@8/16")]
    [InlineData("2@%r10w", "%r10:u16")]
    [InlineData("1@%r15b", "%r15:u8")]
    [InlineData("1@%dil", "%di:u8")]
    [InlineData("%rsi", "%si:u64")]
    [InlineData("8@known(%rip)", "@known:u64")]
    [InlineData("4@known+8(%rip)", "@known+8:u32")]
    [InlineData("4@8+known(%rip)", "@known+8:u32")]
    [InlineData("8@known", "@known:u64")]
    [InlineData("8@unknown(%rip)", null)]
    [InlineData("8@16(%rax,%rbx,8)", null)]
    [InlineData("8@%fs:16", null)]
    [InlineData("8f@%xmm0", null)]
    [InlineData("8@%xmm0", null)]
    [InlineData("16@%rdi", null)]
    [InlineData("8@$known", null)]
    [InlineData("8@", null)]
    [InlineData("@", null)]
    [InlineData("8@%", null)]
    [InlineData("8@8(", null)]
    [InlineData("8@(%rax", null)]
    [InlineData("99999999999@%rax", null)]
    public void Arguments_X64_InKernelText(string argument, string? expected) => Check(argument, expected, ElfConstants.EM_X86_64);

    /// <summary>The same for AArch64.</summary>
    [Theory]
    [InlineData("8@x0", "%x0:u64")]
    [InlineData("-4@w7", "%x7:s32")]
    [InlineData("4@[sp, 12]", "+12(%sp):u32")]
    [InlineData("8@[x29, -8]", "-8(%x29):u64")]
    [InlineData("8@[x1]", "+0(%x1):u64")]
    [InlineData("-4@5", "\\5:s32")]
    [InlineData("8@xzr", "\\0:u64")]
    [InlineData("8@[x1, x2]", null)]
    [InlineData("8@[x1, w2, uxtw 3]", null)]
    [InlineData("8@v0", null)]
    [InlineData("8@x31", null)]
    [InlineData("8@[sp", null)]
    public void Arguments_Arm64_InKernelText(string argument, string? expected) => Check(argument, expected, ElfConstants.EM_AARCH64);

    private static void Check(string argument, string? expected, ushort machine)
    {
        var read = Assert.Single(MarkerArguments.Read(argument, machine, name => name == "known" ? new Svma(1000) : null, address => "@known" + (address.Value == 1000 ? "" : $"+{address.Value - 1000}")));
        Assert.Equal(argument, read.Text);
        Assert.Equal(expected, read.KernelText is null ? null : $"{read.KernelText}:{read.Type}");
        Assert.Equal(expected is null, read.WhyNot is not null);
    }

    /// <summary>Arguments are told apart at blanks, but not at those within AArch64's brackets.</summary>
    [Fact]
    public void Arguments_Several_SplitOutsideBrackets() =>
        Assert.Equal(["8@x0", "4@[sp, 12]", "-4@5"], MarkerArguments.Read(" 8@x0 4@[sp, 12]  -4@5", ElfConstants.EM_AARCH64, _ => null, _ => null).Select(a => a.Text));

    /// <summary>All markers of real files, as readelf lists them; each stands on an instruction that may be armed.</summary>
    [Fact]
    public void FindMarkers_SystemFiles_AsReadelf()
    {
        TargetPrograms.Need("readelf");
        var some = 0;
        foreach (var file in Files())
        {
            var target = TargetPrograms.Target(file);
            var markers = target.FindMarkers(null, "*");
            var listed = TargetPrograms.Run("readelf", "-n", file).Split('\n').Select(l => l.Trim()).ToList();
            var expected = new List<string>();
            for (var i = 0; i + 3 < listed.Count; i++)
            {
                if (!listed[i].StartsWith("Provider: ", StringComparison.Ordinal))
                    continue;
                var location = listed[i + 2].Split(", ")[0]["Location: ".Length..];
                expected.Add($"{listed[i][10..]} {listed[i + 1][6..]} {location} {listed[i + 3]["Arguments:".Length..].Trim()}");
            }

            Assert.Equal(expected, markers.Select(m => $"{m.Provider} {m.Name} 0x{m.Address.Value:x16} {string.Join(' ', m.Arguments.Select(a => a.Text))}"));
            foreach (var marker in markers)
            {
                Assert.True(target.WhyNot(marker.Address, false) is null, $"{file} {marker.Name}: {target.WhyNot(marker.Address, false)}");
                Assert.All(marker.Arguments, a => Assert.True(a.KernelText is not null, $"{marker.Name}: {a.Text}: {a.WhyNot}"));
                some++;
            }
        }

        if (some == 0)
            Assert.Skip("no file with markers is installed");
    }

    private static IEnumerable<string> Files()
    {
        if (Directory.Exists("/usr/lib/jvm"))
        {
            foreach (var file in Directory.EnumerateFiles("/usr/lib/jvm", "libjvm.so", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null && !f.Contains("1.", StringComparison.Ordinal)).Take(1))
                yield return file;
        }

        foreach (var file in (string[])["/usr/bin/python3.11", "/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libm.so.6"])
        {
            if (File.Exists(file))
                yield return file;
        }
    }

    /// <summary>Damaged notes and sections: what is whole is kept, and nothing throws but what a reader may.</summary>
    [Fact]
    public void FindMarkers_DamagedFile_NothingThrows()
    {
        var path = TargetPrograms.Compile("gcc", Program, ".c", "-O2", "-nostartfiles", "-nostdlib", "-Wl,-e,work,--unresolved-symbols=ignore-all", "-Wl,--build-id=none", "-s", "-Wl,-z,noseparate-code");
        var good = File.ReadAllBytes(path);
        var image = ElfImage.Parse(good, "p");
        Assert.True(image.TrySection(".note.stapsdt", out var notes));
        for (var at = 0; at < good.Length; at++)
        {
            // every byte of headers and notes, and each 13th of the rest
            if (at >= 64 + 56 * image.Segments.Length && (ulong)at - notes.Offset.Value >= notes.Size && (ulong)at < image.SectionHeadersOffset.Value && at % 13 != 0)
                continue;
            foreach (var value in (ReadOnlySpan<byte>)[0, 0xff, (byte)(good[at] ^ 1), (byte)(good[at] ^ 0x80)])
            {
                var bad = (byte[])good.Clone();
                bad[at] = value;
                Try(bad);
            }
        }

        for (var length = 0; length < good.Length; length += 7)
            Try(good[..length]);
    }

    private static void Try(byte[] bytes)
    {
        try
        {
            var target = new UserTarget(ElfImage.Parse(bytes, "p"), new UserTargetParts());
            foreach (var marker in target.FindMarkers(null, "*"))
                target.WhyNot(marker.Address, false);
            foreach (var function in target.AllFunctions())
                target.WhyNot(function.Address, true);
        }
        catch (Exception e) when (e is BadDataException or ProbeTargetException)
        {
            // what readers may say
        }
    }
}

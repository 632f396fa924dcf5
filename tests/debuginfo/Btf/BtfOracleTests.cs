using System.Globalization;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Btf;

/// <summary>The running kernel's own BTF against <c>bpftool btf dump</c>.</summary>
public sealed class BtfOracleTests
{
    private const string Kernel = "/sys/kernel/btf/vmlinux";

    /// <summary>Every struct's, union's and enum's size, every member's offset, width and type, every parameter's name and type are what bpftool reads.</summary>
    [Fact]
    public void BtfFile_RunningKernel_AgreesWithBpftool()
    {
        Tool.Need("bpftool");
        if (!File.Exists(Kernel))
            Assert.Skip("this kernel has no BTF");
        Assert.True(Compare(Kernel, BtfFile.Parse(File.ReadAllBytes(Kernel), "the kernel")) > 10_000);
    }

    /// <summary>The kernels and modules that are named in <c>TRACEKIT_BTF_FILES</c> (raw BTF, separated by colons; of a module's <c>BASE+FILE</c>) agree too.</summary>
    [Fact]
    public void BtfFile_NamedFiles_AgreeWithBpftool()
    {
        var files = Environment.GetEnvironmentVariable("TRACEKIT_BTF_FILES");
        if (string.IsNullOrEmpty(files))
            Assert.Skip("TRACEKIT_BTF_FILES names no file");
        Tool.Need("bpftool");
        foreach (var file in files.Split(':'))
        {
            var parts = file.Split('+');
            var whole = BtfFile.Parse(File.ReadAllBytes(parts[0]), parts[0]);
            Assert.True(parts.Length == 1 ? Compare(parts[0], whole) > 0 : Compare(parts[1], BtfFile.Parse(File.ReadAllBytes(parts[1]), parts[1], whole), parts[0]) > 0);
        }
    }

    /// <summary>What vfs_read takes is what its prototype says, by way of three structs to a name.</summary>
    [Fact]
    public void BtfFile_VfsRead_LeadsToTheFilesName()
    {
        if (!File.Exists(Kernel))
            Assert.Skip("this kernel has no BTF");
        var file = BtfFile.Parse(File.ReadAllBytes(Kernel), "the kernel");
        var function = Assert.Single(file.FindFunctions(FunctionPattern.Parse("vfs_read")));
        Assert.Equal(["file", "buf", "count", "pos"], function.Parameters.Select(p => p.Name));
        Assert.Equal("ssize_t", function.ReturnType!.Name);
        var dentry = file.FindType("struct dentry")!.Members.Single(m => m.Name == "d_name" || m.Name is null && m.Type!.Members.Any(i => i.Name == "d_name"));
        Assert.Equal(32, dentry.ByteOffset);
        Assert.Contains("struct dentry", file.SimilarTypes("struct dentri"));
    }

    /// <summary>The example of this folder's page is this code, line for line.</summary>
    [Fact]
    public void Readme_Example_CompilesAndRuns()
    {
        if (!File.Exists(Kernel))
            Assert.Skip("this kernel has no BTF");

        // begin
        BtfFile kernel = BtfFile.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux"), "the kernel");
        DebugType? inode = kernel.FindType("struct inode");
        DebugFunction read = kernel.FindFunctions(FunctionPattern.Parse("vfs_read"))[0];
        foreach (DebugParameter parameter in read.Parameters)
            Console.WriteLine($"{parameter.Name}: {parameter.Type?.Kind}");
        // end
        Assert.NotNull(inode);
        var code = File.ReadAllLines(Here()).SkipWhile(l => l.Trim() != "// begin").Skip(1).TakeWhile(l => l.Trim() != "// end").Select(l => l[8..]);
        Assert.Contains("```csharp\n" + string.Join('\n', code) + "\n```", File.ReadAllText(Path.Combine(Testing.Golden.RepositoryRoot(), "format", "debuginfo", "Btf", "README.md")), StringComparison.Ordinal);
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private static int Compare(string path, BtfFile file, string? baseFile = null)
    {
        var compared = 0;
        DebugType? type = null;
        IReadOnlyList<DebugMember> members = [];
        IReadOnlyList<DebugEnumerator> values = [];
        var at = 0;
        foreach (var line in Tool.Lines("bpftool", [.. baseFile is null ? (string[])[] : ["-B", baseFile], "btf", "dump", "file", path, "format", "raw"]))
        {
            if (line.StartsWith('['))
            {
                var id = uint.Parse(line.AsSpan(1, line.IndexOf(']') - 1), CultureInfo.InvariantCulture);
                type = file.Type(id);
                at = 0;
                var word = line.Split(' ')[1];
                if (word is not ("STRUCT" or "UNION" or "ENUM" or "ENUM64" or "FUNC_PROTO" or "INT"))
                {
                    type = null;
                    continue;
                }

                compared++;
                Assert.Equal(id, ((BtfType)type!).Id);
                members = type.Members;
                values = type.Enumerators;
                Assert.Equal(Name(line), type.Name ?? "(anon)");
                if (Number(line, "size=") is { } size)
                    Assert.Equal((ulong)size, type.ByteSize);
                if (word is "STRUCT" or "UNION")
                    Assert.Equal(Number(line, "vlen="), members.Count);
                if (word is "ENUM" or "ENUM64")
                    Assert.Equal(line.Contains("encoding=SIGNED", StringComparison.Ordinal), type.IsSigned);
                if (word == "INT")
                    Assert.Equal(line.Contains("encoding=SIGNED", StringComparison.Ordinal), type.IsSigned);
            }
            else if (type is not null && line.StartsWith('\t'))
            {
                if (type.Kind is DebugTypeKind.Struct or DebugTypeKind.Union)
                {
                    var member = members[at];
                    Assert.Equal(Name(line), member.Name ?? "(anon)");
                    Assert.Equal((ulong)Number(line, "bits_offset=")!, member.BitOffset);
                    Assert.Equal(Number(line, "bitfield_size=") ?? 0, member.BitSize);
                    Assert.Equal(Number(line, "type_id="), (member.Type as BtfType)?.Id ?? 0);
                }
                else if (type.Kind == DebugTypeKind.Enum)
                {
                    Assert.Equal(Name(line), values[at].Name);
                    Assert.Equal(Number(line, "val="), values[at].Value);
                }
                else if (type.Kind == DebugTypeKind.Function && Number(line, "type_id=") is not 0)
                {
                    Assert.Equal(Number(line, "type_id="), ((BtfType)type.ParameterTypes[at]!).Id);
                }

                at++;
            }
        }

        return compared;
    }

    private static string Name(string line) => line[(line.IndexOf('\'') + 1)..line.LastIndexOf('\'')];

    private static long? Number(string line, string key)
    {
        var at = line.IndexOf(' ' + key, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var text = line[(at + key.Length + 1)..].Split(' ')[0].TrimEnd('L');
        return text.EndsWith('U') ? (long)ulong.Parse(text[..^1], CultureInfo.InvariantCulture) : long.Parse(text, CultureInfo.InvariantCulture);
    }
}

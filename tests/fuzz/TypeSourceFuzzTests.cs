using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Prototypes;
using TraceKit.Testing;

namespace TraceKit.Fuzz.Tests;

/// <summary>Who knows types without DWARF, fed with mutated input: only what a reader documents may come out, and whatever was opened answers everything.</summary>
public sealed class TypeSourceFuzzTests
{
    private static readonly int Count = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_COUNT", 2000);
    private static readonly int Seed = ReaderFuzzTests.Setting("TRACEKIT_FUZZ_SEED", 1);

    /// The kernel's own types, in both byte orders.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Btf_Mutated_ThrowsOnlyBadData(bool bigEndian)
    {
        var b = new BtfBuilder(bigEndian);
        var number = b.Int("int", 4, 1);
        var pointer = b.Pointer(b.Next + 1);
        b.BitStruct("node", 24, ("next", pointer, 0), ("bits", number, 3u << 24 | 64), ("", b.Next + 1, 96), ("grid", b.Next + 2, 128));
        b.Union("", 4, ("i", number, 0), ("j", number, 0));
        b.Array(b.Next + 1, number, 2);
        b.Plain(10, "", number);
        b.Enum("e", true, ("A", -1), ("B", 2));
        b.Enum64("w", false, ("C", 1L << 40));
        b.Function("walk", b.Prototype(number, ("n", pointer), ("", 0)));
        b.Section(".data..percpu", (b.Variable("v", number), 0, 4));
        var good = b.Build();
        var mutator = new Mutator(Seed);
        for (var i = 0; i < Count; i++)
        {
            var bad = mutator.Mutate(good);
            try
            {
                var file = BtfFile.Parse(bad, "fuzz");
                for (var id = 0u; id < file.TypeCount; id++)
                    _ = file.Type(id) is { } type ? (type.Name, type.ByteSize, type.Target?.ByteSize, type.Members.Count, type.Enumerators.Count, type.Dimensions.Count, type.ParameterTypes.Count) : default;
                _ = (file.FindType("struct node"), file.SimilarTypes("struct nod"), file.FindFunctions(FunctionPattern.Parse("w*")).Count, file.FindVariable("v", null)?.Type);
            }
            catch (BadDataException)
            {
                // what it may say
            }
        }
    }

    /// Declarations of C, bytes and whole words changed.
    [Fact]
    public void Declarations_Mutated_ThrowOnlyTheirOwn()
    {
        var good = Encoding.UTF8.GetBytes("#define N 3\n#ifndef M\ntypedef struct a { int x : N, y[N][2]; union { long l; char c; } u; struct a *next; } __attribute__((packed, aligned(4))) a_t;\n#endif\nenum e { P, Q = (1 << N) + sizeof(struct a) };\nint (*f(struct a *p, a_t v, ...))(const char *[Q], enum e);\nssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos);\n");
        string[] words = ["(", ")", "{", "}", "[", "]", "*", ",", ";", ":", "struct a", "union", "enum", "int", "long", "typedef", "sizeof(", "#if 1\n", "#endif\n", "\"", "/*", "*/", "0x", "1", "-", "__attribute__((", "...", "::", "&"];
        var random = new Random(Seed);
        var mutator = new Mutator(Seed);
        for (var i = 0; i < Count; i++)
        {
            var text = Encoding.Latin1.GetString(mutator.Mutate(good));
            for (var n = random.Next(3); n > 0; n--)
                text = text.Insert(random.Next(text.Length + 1), words[random.Next(words.Length)]);
            try
            {
                var declarations = CDeclarations.Parse(text, "fuzz");
                foreach (var function in declarations.Functions)
                    _ = (function.QualifiedName, function.ReturnType?.ByteSize, function.Parameters.Sum(p => (long)(p.Type?.ByteSize ?? 0)));
                _ = (declarations.FindType("struct a"), declarations.SimilarTypes("struct b"));
            }
            catch (PrototypeException)
            {
                // what it may say
            }
        }
    }
}

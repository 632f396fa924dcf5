using System.Globalization;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Tests.Dwarf.Symbols.SymbolPrograms;

namespace TraceKit.DebugInfo.Tests.Dwarf.Symbols;

/// <summary>Compiled programs: layouts against the compiler's own word, variables against the calling convention and perf.</summary>
public class DwarfSymbolsProgramTests
{
    /// <summary>Where members are, bit fields of both numberings included, is what the running program finds.</summary>
    [Theory]
    [InlineData("gcc", "-gdwarf-2", "-O0")]
    [InlineData("gcc", "-gdwarf-3", "-O2")]
    [InlineData("gcc", "-gdwarf-4", "-O0")]
    [InlineData("gcc", "-gdwarf-5", "-O2")]
    [InlineData("gcc", "-gdwarf-4", "-fdebug-types-section")]
    [InlineData("clang", "-gdwarf-2", "-O0")]
    [InlineData("clang", "-gdwarf-4", "-O2")]
    [InlineData("clang", "-gdwarf-5", "-O0")]
    public void Members_OfC_AreWhereTheProgramFindsThem(string compiler, string version, string option)
    {
        using var folder = new TemporaryFolder();
        var program = Compile(folder, compiler, Layouts, version, option, "-fno-eliminate-unused-debug-types");
        var symbols = Open(program);
        var lines = 0;
        foreach (var line in Tool.Lines(program))
        {
            var words = line.Split(' ');
            var name = words[0] == "S" ? string.Join(' ', words[1..^1]) : $"{words[1]} {words[2]}";
            var type = symbols.FindType(name);
            Assert.True(type is not null, name);
            if (words[0] == "S")
            {
                Assert.Equal(ulong.Parse(words[^1], CultureInfo.InvariantCulture), type.ByteSize);
            }
            else
            {
                var found = Member(type, words[3]);
                Assert.True(found is not null, line);
                var (at, size) = (ulong.Parse(words[4], CultureInfo.InvariantCulture), ulong.Parse(words[5], CultureInfo.InvariantCulture));
                Assert.True((words[0] == "B" ? at : at * 8) == found.Value.BitOffset && (words[0] == "B" ? size == found.Value.Member.BitSize : found.Value.Member.BitSize == 0 && size == found.Value.Member.Type!.ByteSize),
                    $"{line}: bit {found.Value.BitOffset}, {found.Value.Member.BitSize} bits, {found.Value.Member.Type?.ByteSize} bytes");
            }

            lines++;
        }

        Assert.Equal(26, lines);
        Assert.Equal([("A", 0L), ("B", 5), ("C", -3)], symbols.FindType("enum e")!.Enumerators.Select(e => (e.Name, e.Value)));
        var s = symbols.FindType("struct s")!;
        Assert.Equal(["struct in i", "const char* name", "int (*)(int, const char*) fn", "u32[3][4] arr", "struct s* next", "enum e e", "long long unsigned int wide", "signed char low", "short int[] flex"],
            s.Members.Select(m => (TypeNames.Format(m.Type) + " " + m.Name).Replace("unsigned long long", "long long unsigned int", StringComparison.Ordinal).Replace("short[", "short int[", StringComparison.Ordinal)));
        Assert.Equal("struct s**", TypeNames.Format(symbols.FindType("struct s**")));
        Assert.Equal(["sensor_state"], symbols.SimilarTypes("struct sensor_stat"));
        Assert.Null(symbols.FindType("union s"));
    }

    /// <summary>Arguments of a function are where the calling convention puts them, at its first instruction.</summary>
    [Theory]
    [InlineData("gcc", "-gdwarf-3")]
    [InlineData("gcc", "-gdwarf-4")]
    [InlineData("gcc", "-gdwarf-5")]
    [InlineData("clang", "-gdwarf-4")]
    [InlineData("clang", "-gdwarf-5")]
    public void Variables_AtEntryOfOptimizedCode_AreWhereArgumentsArePassed(string compiler, string version)
    {
        using var folder = new TemporaryFolder();
        var symbols = Open(Compile(folder, compiler, Work, version, "-O2"));
        var work = symbols.One("work");
        Assert.Equal("work", work.QualifiedName);
        Assert.Equal(5, work.Line);
        Assert.EndsWith("/program.c", work.File!, StringComparison.Ordinal);
        Assert.Equal("int", TypeNames.Format(work.ReturnType));
        Assert.Equal(["sp", "msg", "n", "byval", "vp", "argv", "x", "b"], work.Parameters.Select(p => p.Name!));
        Assert.Equal(["struct s*", "const char*", "volatile int* const"], [TypeNames.Format(work.Parameters[0].Type), TypeNames.Format(work.Parameters[1].Type), TypeNames.Format(work.Parameters[4].Type)]);
        var copy = Assert.Single(work.Copies);
        Assert.False(copy.IsInlined);
        var places = copy.Variables.Where(v => v.IsParameter && v.IsInScope(copy.Entry)).ToDictionary(v => v.Name!, v => Text(v.Locate(copy.Entry)));
        Assert.Equal("r5", places["sp"]);
        Assert.Equal("r4", places["msg"]);
        Assert.Equal("r1", places["n"]);
        Assert.Equal("r8", places["vp"]);
        Assert.Equal("r9", places["argv"]);
        // The seventh and eighth are on the stack. clang counts from %rsp as it is behind the prologue and says that for the whole function.
        if (compiler == "gcc")
        {
            Assert.Equal("8(r7)", places["x"]);
            Assert.Equal("16(r7)", places["b"]);
        }

        Assert.DoesNotContain(copy.Variables, v => v.Name == "inner" && v.IsInScope(copy.Entry));

        var helper = symbols.One("helper");
        Assert.All(helper.Copies, c => Assert.True(c.IsInlined));
        Assert.Contains(helper.Copies, c => c.Caller!.Function.Name == "work" && c.CallPlace.Line == 7);
        Assert.Equal(["work"], symbols.CopiesAt(copy.Entry).Select(c => c.Function.Name).TakeLast(1));
        var counter = symbols.FindVariable("counter", null);
        Assert.NotNull(counter);
        Assert.IsType<VariableLocation.Static>(counter.Locate(default));
    }

    /// <summary>Without optimization a local's place follows the frame: from %rsp at the entry, from %rbp behind the prologue, at the same memory.</summary>
    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void Variables_OfUnoptimizedCode_FollowTheFrame(string compiler)
    {
        using var folder = new TemporaryFolder();
        var symbols = Open(Compile(folder, compiler, Work, "-g", "-O0"));
        var step = symbols.One("step").Copies[0];
        var by = step.Variables.Single(v => v.Name == "by");
        var rows = symbols.RowsIn(step.Ranges[0]);
        Assert.True(rows.Count >= 2 && rows[0].Address == step.Entry, string.Join(' ', rows));
        Assert.Equal(rows[0].Line, symbols.PlaceOf(step.Entry)!.Value.Line);
        Assert.Contains("(r6)", Text(by.Locate(rows[1].Address)), StringComparison.Ordinal);
    }

    /// <summary>What <c>perf probe -V</c> shows at a function is what is known there: the same names and types.</summary>
    [Theory]
    [InlineData("-O0", "work")]
    [InlineData("-O2", "work")]
    [InlineData("-O0", "helper")]
    [InlineData("-O0", "main")]
    [InlineData("-O0", "step")]
    [InlineData("-O2", "step")]
    public void Variables_OfC_AreThoseOfPerf(string option, string function)
    {
        Tool.Need("perf");
        using var folder = new TemporaryFolder();
        var program = Compile(folder, "gcc", Work, "-g", option);
        var perf = Tool.Lines("perf", "probe", "-x", program, "-V", function).Where(l => l.StartsWith("\t\t", StringComparison.Ordinal)).Select(l => l.Trim()).Order(StringComparer.Ordinal).ToList();
        if (perf.Count == 0)
            Assert.Skip("perf probe -V does not work here");
        var symbols = Open(program);
        var copy = symbols.One(function).Copies[0];
        // perf writes types without qualifiers.
        var ours = copy.Variables.Where(v => v.IsInScope(copy.Entry) && v.Locate(copy.Entry) is not VariableLocation.None)
            .Select(v => $"{TypeNames.Format(v.Type, withQualifiers: false)}\t{v.Name}").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(perf, ours);
    }

    /// <summary>C++: scopes, bases, overloads, templates, members of all kinds, and definitions in other units; by two compilers, with type units, after LTO and split.</summary>
    [Theory]
    [InlineData("g++", "-gdwarf-5")]
    [InlineData("g++", "-gdwarf-3")]
    [InlineData("g++", "-gdwarf-4 -fdebug-types-section")]
    [InlineData("g++", "-g -flto")]
    [InlineData("clang++", "-gdwarf-4")]
    [InlineData("clang++", "-gdwarf-5")]
    [InlineData("g++", "-gdwarf-4 -gsplit-dwarf")]
    [InlineData("g++", "-gdwarf-5 -gsplit-dwarf")]
    [InlineData("clang++", "-gdwarf-5 -gsplit-dwarf")]
    public void Symbols_OfCpp_AsDeclared(string compiler, string options)
    {
        Tool.Need(compiler);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("one.cpp"), Cpp);
        File.WriteAllText(folder.File("two.cpp"), CppSecond);
        string[] flags = [.. options.Split(' '), "-O2"];
        foreach (var file in (string[])["one", "two"])
            Tool.Run(compiler, [.. flags, "-c", "-o", folder.File(file + ".o"), folder.File(file + ".cpp")]);
        Tool.Run(compiler, [.. flags, "-o", folder.File("program"), folder.File("one.o"), folder.File("two.o")]);
        ElfImage? Split(string name, string directory, ulong identity)
        {
            var path = Path.Combine(directory, name);
            return File.Exists(path) ? ElfImage.Parse(File.ReadAllBytes(path), path) : null;
        }

        var symbols = Open(folder.File("program"), new DwarfFiles { SplitUnit = Split });
        var meth = symbols.One("C::meth");
        Assert.Equal("ns::C::meth", meth.QualifiedName);
        Assert.Equal(["const std::string&", options == "-gdwarf-3" ? "int&" : "int&&", "std::vector<int, std::allocator<int> >", "ns::C*"], meth.Parameters.Skip(1).Select(p => TypeNames.Format(p.Type)));
        Assert.StartsWith("const ns::C*", TypeNames.Format(meth.Parameters[0].Type), StringComparison.Ordinal);
        var copy = meth.Copies.First(c => !c.IsInlined);
        Assert.Equal("r5", Text(copy.Variables.First(v => v.Name == "this").Locate(copy.Entry)));
        Assert.Equal(2, symbols.FindFunctions(FunctionPattern.Parse("C::over")).Count);
        Assert.Equal("const char*", TypeNames.Format(symbols.One("ns::C::over(char const *)").Parameters[1].Type));
        Assert.Equal("int", TypeNames.Format(symbols.One("over(int)").Parameters[1].Type));
        Assert.Equal(2, symbols.FindFunctions(FunctionPattern.Parse("square")).Count);
        Assert.Equal("double", TypeNames.Format(symbols.One("square<double>").ReturnType));
        Assert.Equal(meth.QualifiedName, symbols.CopyAt(copy.Entry)!.Function.QualifiedName);

        var c = symbols.FindType("ns::C")!;
        Assert.Equal(["B", "D"], c.Members.Where(m => m.IsBase).Select(m => m.Name!));
        Assert.Equal(["c", "col", "mp", "mf", null, "x"], c.Members.Where(m => !m.IsBase).Select(m => m.Name));
        Assert.True(symbols.FindType("ns::B")!.Members[0] is { IsBase: true, IsVirtualBase: true, Name: "A" });
        Assert.Equal(["a"], symbols.FindType("ns::A")!.Members.Where(m => m.Name?.StartsWith("_vptr", StringComparison.Ordinal) == false).Select(m => m.Name!)); // st is static
        Assert.Equal("int ns::C::*", TypeNames.Format(Member(c, "mp")!.Value.Member.Type));
        Assert.Equal("int (ns::C::*)(int)", TypeNames.Format(Member(c, "mf")!.Value.Member.Type));
        Assert.Equal(16UL, Member(c, "mf")!.Value.Member.Type!.ByteSize);
        Assert.Equal([("Red", 1L), ("Blue", 200)], symbols.FindType("C::Col")!.Enumerators.Select(e => (e.Name, e.Value)));
        var has = symbols.FindType("Has")!;
        Assert.Equal("Box<ns::D>", TypeNames.Format(has.Members[1].Type));
        Assert.Equal(("T", "ns::D"), Assert.Single(has.Members[1].Type!.TemplateTypes.Select(t => (t.Name, TypeNames.Format(t.Type)))));
        var fwd = has.Members[0].Type!.Target!;
        Assert.False(fwd.IsDeclaration);
        Assert.Equal(["q", "w"], fwd.Members.Select(m => m.Name!));
        if (!options.Contains("lto", StringComparison.Ordinal))
        {
            Assert.IsType<VariableLocation.Static>(symbols.FindVariable("ns::g", null)!.Locate(default));
            Assert.IsType<VariableLocation.Static>(symbols.FindVariable("A::st", null)!.Locate(default));
        }
    }

    /// <summary>Rust: references to slices, enums with data, niches, methods of types and of traits.</summary>
    [Fact]
    public void Symbols_OfRust_AsDeclared()
    {
        Tool.Need("rustc");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("prog.rs"), """
            pub enum Shape { Circle(f64), Rect { w: u32, h: u32 }, Unit }
            #[repr(i8)] #[derive(Clone, Copy)] pub enum Small { A = -1, B = 5 }
            pub struct Node<'a> { pub name: &'a str, pub next: Option<Box<Node<'a>>>, pub s: String, pub t: (u8, char), pub a: [u32; 4], pub sl: &'a [u64] }
            impl<'a> Node<'a> {
                #[inline(never)] pub fn walk(&self, k: &str, o: Option<&u32>, sh: &Shape, sm: Small) -> usize {
                    println!("{} {} {:?}", self.name, k, o);
                    match sh { Shape::Circle(r) => *r as usize, Shape::Rect { w, h } => (w * h) as usize, Shape::Unit => sm as i8 as usize }
                }
            }
            trait Tr { fn go(&self, x: u8) -> u8; }
            impl<'a> Tr for Node<'a> { #[inline(never)] fn go(&self, x: u8) -> u8 { println!("{}", x); x + 1 } }
            fn main() {
                let n = Node { name: "n", next: None, s: "q".to_string(), t: (1, 'c'), a: [1; 4], sl: &[] };
                let z = 5;
                println!("{}", n.walk("k", Some(&z), &Shape::Rect { w: 1, h: 2 }, Small::A) + n.walk("k", None, &Shape::Circle(1.0), Small::B) + n.walk("j", None, &Shape::Unit, Small::B));
                n.go(3);
            }
            """);
        Tool.Run("rustc", "-g", "-O", "-o", folder.File("program"), folder.File("prog.rs"));
        var symbols = Open(folder.File("program"));
        var walk = symbols.One("Node::walk");
        Assert.Equal(SourceLanguage.Rust, walk.Language);
        Assert.Equal(["&prog::Node", "&str", "core::option::Option<&u32>", "&prog::Shape", "prog::Small"], walk.Parameters.Select(p => TypeNames.Format(p.Type)));
        Assert.Equal(["data_ptr", "length"], walk.Parameters[1].Type!.Members.Select(m => m.Name!));
        var shape = symbols.FindType("prog::Shape")!.Variants!;
        Assert.Equal([("Circle", 0L), ("Rect", 1), ("Unit", 2)], shape.Variants.Select(v => (v.Name, v.Value!.Value)));
        Assert.Equal(["w", "h"], shape.Variants[1].Payload!.Type!.Members.Select(m => m.Name!));
        Assert.NotNull(shape.Tag);
        var option = symbols.FindType("Option<alloc::boxed::Box<prog::Node, alloc::alloc::Global>>")!.Variants!;
        Assert.Equal([("None", (long?)0), ("Some", null)], option.Variants.Select(v => (v.Name, v.Value)));
        Assert.Equal([("A", -1L), ("B", 5)], symbols.FindType("Small")!.Enumerators.Select(e => (e.Name, e.Value)));
        Assert.Equal("[u32; 4]", TypeNames.Format(Member(symbols.FindType("prog::Node")!, "a")!.Value.Member.Type));
        Assert.Equal("(u8, char)", TypeNames.Format(Member(symbols.FindType("prog::Node")!, "t")!.Value.Member.Type));
        Assert.Contains(symbols.FindFunctions(FunctionPattern.Parse("go")), f => f.QualifiedName.StartsWith("prog::", StringComparison.Ordinal));
    }

    /// <summary>Go: receivers, strings, slices, maps; arguments in the registers of its own convention; results apart.</summary>
    [Fact]
    public void Symbols_OfGo_AsDeclared()
    {
        Tool.Need("go");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("go.mod"), "module example.com/x\ngo 1.19\n");
        File.WriteAllText(folder.File("main.go"), """
            package main
            import "fmt"
            type Base struct { id int }
            type Node struct { Base; name string; kids []*Node; m map[string]int; i interface{}; f func(int) string; a [4]uint8 }
            //go:noinline
            func (n *Node) Walk(depth int, s string, xs []int) (int, error) { fmt.Println(n.name, depth, s, xs); return depth + len(xs), nil }
            //go:noinline
            func addOne(a int) int { return a + 1 }
            func main() { n := &Node{name: "x"}; n.Walk(1, "q", []int{1, 2}); fmt.Println(addOne(2)) }
            """);
        Tool.Run("env", "-C", folder.File("."), "HOME=" + folder.File("."), "GOFLAGS=-mod=mod", "go", "build", "-o", folder.File("program"), ".");
        var symbols = Open(folder.File("program"));
        var walk = symbols.One("main.(*Node).Walk");
        Assert.Equal(["*main.Node", "int", "string", "[]int"], walk.Parameters.Select(p => TypeNames.Format(p.Type)));
        Assert.Equal(["int", "error"], walk.Results.Select(p => TypeNames.Format(p.Type)));
        Assert.Equal("main.(*Node).Walk", symbols.One("(*Node).Walk").QualifiedName);
        var copy = walk.Copies[0];
        Assert.Equal(["r0", "r3", "r2/8 r5/8", "r4/8 r8/8 r9/8"], copy.Variables.Where(v => v.IsParameter).Select(v => Text(v.Locate(copy.Entry))));
        Assert.Equal("int", TypeNames.Format(symbols.One("main.addOne").ReturnType));
        var node = symbols.FindType("main.Node")!;
        Assert.Equal(["main.Base", "string", "[]*main.Node", "map[string]int", "interface {}", "func(int) string", "[4]uint8"], node.Members.Select(m => TypeNames.Format(m.Type)));
        Assert.NotNull(node.GoRuntimeType ?? Member(node, "name")!.Value.Member.Type!.GoRuntimeType);
    }

    /// <summary>A line's probes stand where its statements begin, one in each piece of code; files are found by the end of their path.</summary>
    [Theory]
    [InlineData("gcc", "-gdwarf-5")]
    [InlineData("gcc", "-gdwarf-3")]
    [InlineData("clang", "-gdwarf-5")]
    public void Places_OfC_LinesAndFiles(string compiler, string version)
    {
        using var folder = new TemporaryFolder();
        var symbols = Open(Compile(folder, compiler, Work, version, "-O2"));
        var file = Assert.Single(symbols.FindFiles("program.c"));
        Assert.Empty(symbols.FindFiles("rogram.c"));
        Assert.Equal([file], symbols.FindFiles(Path.GetFileName(Path.GetDirectoryName(file)) + "/program.c"));
        Assert.Contains(12, symbols.LinesOf(file));
        var step = symbols.One("step").Copies[0];
        var places = symbols.FindLine(file, 12);
        Assert.Equal([step.Entry], places);
        foreach (var line in symbols.LinesOf(file))
            Assert.All(symbols.FindLine(file, line), place => Assert.Equal(file, symbols.PlaceOf(place)!.Value.File));
    }
}

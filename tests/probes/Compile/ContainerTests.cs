using System.Text.RegularExpressions;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;
using TraceKit.Probes.Tests.Targets;

namespace TraceKit.Probes.Tests.Compile;

/// <summary>Values of the standard libraries of C++, Rust and Go, found in what their compilers say. Offsets differ between versions of the libraries: what is compared is the shape.</summary>
public class ContainerTests
{
    private const string Cpp = """
        #include <array>
        #include <atomic>
        #include <map>
        #include <memory>
        #include <optional>
        #include <string>
        #include <string_view>
        #include <vector>
        enum class Level : unsigned char { Low = 1, High = 9 };
        struct Point { int x, y; };
        struct Base { virtual ~Base() {} int base_id = 41; std::string base_name = "base"; };
        struct Virtual { int far = 7; };
        struct Middle : Base { long middle = 42; };
        struct Widget : Middle, virtual Virtual {
          std::string name = "a widget"; std::vector<int> nums{1, 2, 3}; std::vector<std::string> words{"one", "two"}; std::unique_ptr<Point> up{new Point{1, 2}};
          std::shared_ptr<Point> sp = std::make_shared<Point>(); std::optional<int> opt = 7; std::array<int, 4> arr{}; std::atomic<int> at{5}; Level level = Level::High; std::map<int, int> m; Point *raw = nullptr;
          int work(int k, std::string s, const std::string &r, std::string_view v, Point &pr);
        };
        int counter = 3;
        __attribute__((noinline)) int Widget::work(int k, std::string s, const std::string &r, std::string_view v, Point &pr) { counter += k; return k + nums[0] + (int)s.size() + (int)r.size() + (int)v.size() + pr.x; }
        int main(int argc, char **argv) { Widget w; Point p{1, 2}; return w.work(argc, "short", w.name, argv[0], p); }
        """;

    private const string Rust = """
        pub enum Shape { Circle(u64), Square { side: u32 }, Empty }
        pub struct Inner { a: i32, b: u64 }
        pub struct Thing { id: u32, name: String, nums: Vec<u32>, boxed: Box<Inner>, opt: Option<Box<Inner>>, num: Option<u32>, pair: (i32, u8), text: &'static str, shape: Shape }
        impl Thing { #[inline(never)] pub fn work(&self, s: &str, v: &[u32]) -> u32 {
            println!("{} {} {:?}", self.id, s, v);
            (match self.shape { Shape::Circle(r) => r as u32, Shape::Square { side } => side, Shape::Empty => 0 }).wrapping_add(self.inner())
        }
        fn inner(&self) -> u32 { self.boxed.a as u32 + self.boxed.b as u32 + self.name.len() as u32 + self.nums[0] + self.num.unwrap_or(0) + self.pair.0 as u32 + self.pair.1 as u32 + self.text.len() as u32 + self.opt.is_some() as u32 } }
        fn main() { let n = std::env::args().count() as u32;
            let t = Thing { id: n, name: "n".to_string(), nums: vec![n, 2], boxed: Box::new(Inner { a: 1, b: 2 }), opt: None, num: Some(n), pair: (1, 2), text: "t", shape: if n > 5 { Shape::Circle(1) } else if n > 4 { Shape::Empty } else { Shape::Square { side: n } } };
            std::process::exit((t.work("slice", &t.nums) & 1) as i32) }
        """;

    private const string Go = """
        package main
        import "fmt"
        type Base struct { ID int; Tag string }
        type Node struct { Base; Name string; Kids []*Node; Nums []int32; M map[string]int; Any interface{} }
        //go:noinline
        func (n *Node) Walk(depth int, label string, xs []int32) (int, string) { if n == nil { return 0, "" }; return depth + n.ID + len(label) + len(xs), label + n.Name }
        func main() { n := &Node{Base: Base{7, "tag"}, Name: "root"}; a, s := n.Walk(1, "label", n.Nums); fmt.Println(a, s) }
        """;

    /// What perf knows nothing of: members by bare name, of bases too, texts with their length, elements, pointees.
    [Theory]
    [InlineData("g++")]
    [InlineData("clang++")]
    public void Cpp_Values_AreFetchedByTheirShape(string compiler)
    {
        var target = DebugTargets.User(TargetPrograms.Compile(compiler, Cpp, ".cpp", "-std=c++17", "-g", "-O2"));
        foreach (var (argument, shape, kind) in new (string, string, PresentationKind)[]
        {
            ("name", "name_len=+N(%di):uN name_text=+N(+N(%di)):xN[N]", PresentationKind.Text),
            ("this->name", "name_len=+N(%di):uN name_text=+N(+N(%di)):xN[N]", PresentationKind.Text),
            ("base_id", "base_id=+N(%di):sN", PresentationKind.None),
            ("base_name", "base_name_len=+N(%di):uN base_name_text=+N(+N(%di)):xN[N]", PresentationKind.Text),
            ("middle", "middle=+N(%di):sN", PresentationKind.None),
            ("s", "s_len=+N(%dx):uN s_text=+N(+N(%dx)):xN[N]", PresentationKind.Text),
            ("r", "r_len=+N(%cx):uN r_text=+N(+N(%cx)):xN[N]", PresentationKind.Text),
            ("v", "v_len=%rN:uN v_text=+N(%rN):xN[N]", PresentationKind.Text),
            ("v:str[16]", "v_len=%rN:uN v_text=+N(%rN):xN[N]", PresentationKind.Text),
            ("s:string", "s_string=+N(+N(%dx)):string", PresentationKind.None),
            ("nums.size()", "nums_size_begin=+N(%di):xN nums_size_end=+N(%di):xN", PresentationKind.ElementCount),
            ("nums[2]", "nums=+N(+N(%di)):sN", PresentationKind.None),
            ("words[1]", "words_len=+N(+N(%di)):uN words_text=+N(+N(+N(%di))):xN[N]", PresentationKind.Text),
            ("up->x", "x=+N(+N(%di)):sN", PresentationKind.None),
            ("sp->y", "y=+N(+N(%di)):sN", PresentationKind.None),
            ("sp.use_count()", "sp_use_count=+N(+N(%di)):uN", PresentationKind.None),
            ("opt.has_value()", "opt_has_value=+N(%di):xN", PresentationKind.Boolean),
            ("*opt", "opt=+N(%di):sN", PresentationKind.None),
            ("arr[1]", "arr=+N(%di):sN", PresentationKind.None),
            ("arr", "arr=+N(%di):sN[N]", PresentationKind.None),
            ("at", "at=+N(%di):sN", PresentationKind.None),
            ("level", "level=+N(%di):xN", PresentationKind.Enum),
            ("m.size()", "m_size=+N(%di):uN", PresentationKind.None),
            ("counter", "counter=@+NxN:sN", PresentationKind.None),
        })
            AssertShape(target, "Widget::work", argument, shape, kind);
        Assert.Contains("virtual base", Refusal(target, "Widget::work far"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'nums'?", Refusal(target, "Widget::work this->numz"), StringComparison.Ordinal);
        Assert.Contains("ask for size() or an element", Refusal(target, "Widget::work nums"), StringComparison.Ordinal);
    }

    /// Strings, slices, boxes, options and enums of Rust, whose debug information has their layout and their tags.
    [Fact]
    public void Rust_Values_AreFetchedByTheirShape()
    {
        var target = DebugTargets.User(TargetPrograms.Compile("rustc", Rust, ".rs", "-g", "-O"));
        foreach (var (argument, shape, kind) in new (string, string, PresentationKind)[]
        {
            ("self.name", "name_len=+N(%di):uN name_text=+N(+N(%di)):xN[N]", PresentationKind.Text),
            ("self.text", "text_len=+N(%di):uN text_text=+N(+N(%di)):xN[N]", PresentationKind.Text),
            ("self.nums.len()", "nums_len=+N(%di):uN", PresentationKind.None),
            ("self.nums[1]", "nums=+N(+N(%di)):xN", PresentationKind.None),
            ("self.boxed.a", "a=+N(+N(%di)):sN", PresentationKind.None),
            ("self.opt.b", "b=+N(+N(%di)):xN", PresentationKind.None),
            ("self.opt", "opt=+N(%di):xN", PresentationKind.Pointer),
            ("self.num", "num=+N(%di):uN", PresentationKind.Enum),
            ("self.pair.0", "pair_N=+N(%di):sN", PresentationKind.None),
            ("self.shape", "shape=+N(%di):uN", PresentationKind.Enum),
        })
            AssertShape(target, "Thing::work", argument, shape, kind);
    }

    /// Strings, slices, embedded and receiver fields of Go, results before each return, one event for all of them.
    [Fact]
    public void Go_Values_AreFetchedByTheirShape()
    {
        var target = DebugTargets.User(GoProgram());
        foreach (var (argument, shape, kind) in new (string, string, PresentationKind)[]
        {
            ("label", "label_len=%di:uN label_text=+N(%cx):xN[N]", PresentationKind.Text),
            ("depth", "depth=%bx:sN", PresentationKind.None),
            ("xs.len()", "xs_len=%rN:uN", PresentationKind.None),
            ("xs[1]", "xs=+N(%si):sN", PresentationKind.None),
            ("n.ID", "ID=+N(%ax):sN", PresentationKind.None),
            ("n.Name", "Name_len=+N(%ax):uN Name_text=+N(+N(%ax)):xN[N]", PresentationKind.Text),
            ("n.Kids[0].Tag", "Tag_len=+N(+N(+N(%ax))):uN Tag_text=+N(+N(+N(+N(%ax)))):xN[N]", PresentationKind.Text),
            ("n.M.len()", "M_len=+N(+N(%ax)):uN", PresentationKind.None),
        })
            AssertShape(target, "main.(*Node).Walk", argument, shape, kind);
        var plan = ProbeCompiler.Compile(ProbeParser.Parse("main.(*Node).Walk%return $retval $retval.1:string"), target, new ProbeOptions());
        Assert.True(plan.Probes.Count >= 2);
        Assert.All(plan.Probes, p => Assert.Equal(("Walk", false), (p.Event, p.Place.IsReturn)));
        Assert.Equal("%ax", plan.Probes[0].Arguments[0].Fetches[0].Text);
        Assert.Equal("+0(%bx)", plan.Probes[0].Arguments[1].Fetches[0].Text);
    }

    private static string GoProgram()
    {
        Compilers.Need("go");
        var folder = Directory.CreateTempSubdirectory("tracekit-go").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, true);
        File.WriteAllText(Path.Combine(folder, "p.go"), Go);
        TraceKit.Testing.ProgramRun.Start("go", ["build", "-o", Path.Combine(folder, "p"), Path.Combine(folder, "p.go")]).MustExit();
        return Path.Combine(folder, "p");
    }

    private static void AssertShape(ProbeTarget target, string function, string argument, string shape, PresentationKind kind)
    {
        var plan = ProbeCompiler.Compile(ProbeParser.Parse($"{function} {argument}"), target, new ProbeOptions());
        var one = Assert.Single(Assert.Single(plan.Probes).Arguments);
        var text = string.Join(' ', one.Fetches.Select(f => $"{f.Name}={f.Text}" + (f.Type is null ? "" : ":" + f.Type)));
        Assert.Equal((argument, shape, kind), (argument, Regex.Replace(text, @"(?<=[^a-z_]|[a-z%(]r|[sux_])[0-9a-f]*[0-9][0-9a-f]*|(?<=0x)[0-9a-f]+", "N"), one.Presentation?.Kind ?? PresentationKind.None));
        Assert.NotEmpty(one.Origin);
    }

    private static string Refusal(ProbeTarget target, string definition) =>
        Assert.Throws<ProbeSyntaxException>(() => ProbeCompiler.Compile(ProbeParser.Parse(definition), target, new ProbeOptions())).Reason;
}

using System.Runtime.CompilerServices;
using System.Text;
using TraceKit.DebugInfo.Demangle;

namespace TraceKit.DebugInfo.Tests.Demangle;

public sealed class DemanglerTests
{
    /// <summary>Each name of the table is shown as binutils' c++filt shows it, in both styles.</summary>
    [Fact]
    public void TryDemangle_EachNameOfTheTable_IsAsTheOracleSays()
    {
        var cases = Table().ToList();
        var wrong = new StringBuilder();
        foreach (var (mangled, full, without) in cases)
        {
            Check(mangled, DemangleStyle.Full, full, wrong);
            Check(mangled, DemangleStyle.WithoutParameters, without, wrong);
        }

        Assert.True(cases.Count > 300, $"{cases.Count} cases");
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    /// <summary>Where c++filt 2.40 is wrong or silent: an empty pack leaves no comma, const on a function is no const, gcc's reference temporaries.</summary>
    [Theory]
    [InlineData("_Z1fIJEJiEEvv", "void f<int>()")]
    [InlineData("_ZN1o6emitOpIJEEEbNS_1EEDpRKT_RKNS_1SE", "bool o::emitOp<>(o::E, o::S const&)")]
    [InlineData("_Z2rkIJFivEEEvDpRKT_", "void rk<int ()>(int (&)())")]
    [InlineData("_ZGR3rtsB5cxx11_", "reference temporary #0 for rts[abi:cxx11]")]
    [InlineData("_RMCs4fqI2P2rA04_1cINtB0_1UKnn80000000000000000000000000000000_E", "<c::U<-0x80000000000000000000000000000000>>")]
    [InlineData("_RMCs4fqI2P2rA04_1cINtB0_1UKRe616263_E", "<c::U<\"abc\">>")]
    [InlineData("_RMCs4fqI2P2rA04_1cINtB0_1UKTm1_b1_EE", "<c::U<{(1, true)}>>")]
    [InlineData("_RMCs4fqI2P2rA04_1cINtB0_1UKVNtB0_1PS1xm1_1ym2_EE", "<c::U<{c::P { x: 1, y: 2 }}>>")]
    public void TryDemangle_WhereTheOracleDiffers_IsAsTheSpecificationSays(string mangled, string expected)
    {
        Demangler.TryDemangle(Encoding.UTF8.GetBytes(mangled), out var demangled);

        Assert.Equal(expected, demangled);
    }

    /// <summary>Template and generic arguments below a depth are three dots; the name around them stays.</summary>
    [Theory]
    [InlineData("_ZNSt6vectorIS_IiSaIiEESaIS1_EE9push_backEOS1_", 0, "std::vector<...>::push_back(std::vector<...>&&)")]
    [InlineData("_ZNSt6vectorIS_IiSaIiEESaIS1_EE9push_backEOS1_", 1, "std::vector<std::vector<...>, std::allocator<...> >::push_back(std::vector<int, std::allocator<...> >&&)")]
    [InlineData("_ZNSt6vectorIS_IiSaIiEESaIS1_EE9push_backEOS1_", 9, "std::vector<std::vector<int, std::allocator<int> >, std::allocator<std::vector<int, std::allocator<int> > > >::push_back(std::vector<int, std::allocator<int> >&&)")]
    [InlineData("_Z1fIiEvT_", 0, "void f<...>(int)")]
    [InlineData("_RINvC1a1fINtC1b1VINtB4_1WlEEE", 0, "a::f::<...>")]
    [InlineData("_RINvC1a1fINtC1b1VINtB4_1WlEEE", 1, "a::f::<b::V<...>>")]
    [InlineData("_ZN1aD1Ev", 0, "a::~a()")]
    public void TryDemangle_TemplateDepth_ShortensBelow(string mangled, int depth, string expected)
    {
        Assert.True(Demangler.TryDemangle(Encoding.UTF8.GetBytes(mangled), DemangleStyle.Full, depth, out var demangled));
        Assert.Equal(expected, demangled);
    }

    /// <summary>What gcc and clang number differently: gcc's reading first, clang's where that makes no sense.</summary>
    [Theory]
    [InlineData("_Z1fI1PlEvP1BIXsrNT_1AE1xEEPT0_PS1_IXplsrS3_1xLi1EEEPS7_", "void f<P, long>(B<P::A::x>*, long*, B<P::A::x+(1)>*, long**)")]
    [InlineData("_Z9pointers_M5MakerKFiiRE", "pointers_(int (Maker::*)(int) const &)")]
    [InlineData("_ZN3SigIKDoFiclREE1fEicl", "Sig<int (char, long) noexcept const &>::f(int, char, long)")]
    public void TryDemangle_UnresolvedNamesAndQualifiers_AsCxxFilt(string mangled, string expected)
    {
        Demangler.TryDemangle(Encoding.UTF8.GetBytes(mangled), out var demangled);
        Assert.Equal(expected, demangled);
    }

    /// <summary>A name that is none is left alone, not guessed at.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("_")]
    [InlineData("_Z")]
    [InlineData("main")]
    [InlineData("_Zfoo")]
    [InlineData("_ZN3foo")]
    [InlineData("_Z1fT_")]
    [InlineData("_Z1fS_")]
    [InlineData("_Z99999999999999999999f")]
    [InlineData("_Z1fvX")]
    [InlineData("_RNvC1a")]
    [InlineData("_RB_")]
    [InlineData("_ZN4core17h0000000000000000E.llvm.1garbage!")]
    public void TryDemangle_NoMangledName_IsRefused(string name)
    {
        Assert.False(Demangler.TryDemangle(Encoding.UTF8.GetBytes(name), out var demangled));
        Assert.Equal("", demangled);
    }

    /// <summary>Nesting, back references that double each time, and empty packs that take steps without output: all end soon, on a small stack.</summary>
    [Fact]
    public void TryDemangle_HostileNames_EndWithoutAStackOverflow()
    {
        var names = new List<string>
        {
            "_Z1f" + new string('P', 60_000) + "i",
            "_Z1f" + string.Concat(Enumerable.Repeat("1AI", 20_000)),
            "_ZN" + string.Concat(Enumerable.Repeat("1AI", 300)) + "i" + new string('E', 301) + "v",
            "_Z1fIX" + string.Concat(Enumerable.Repeat("ng", 30_000)) + "Li1EEEvv",
            "_Z" + string.Concat(Enumerable.Repeat("Z1f", 20_000)),
            "_RNv" + string.Concat(Enumerable.Repeat("M", 30_000)),
            "_RINvC1a1f" + new string('R', 60_000) + "uE",
            "_RNvYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYBvBuBtBsBrBqBpBoBnBm",
        };
        // f(A<i,i>, A<S0,S0>, …): each parameter is twice as long as the one before.
        var doubling = new StringBuilder("_Z1f1AIiiE");
        for (var i = 0; i < 40; i++)
            doubling.Append("S_I").Append(Seq(i)).Append(Seq(i)).Append('E');
        names.Add(doubling.ToString());
        var rust = new StringBuilder("_RINvC1a1f");
        for (var i = 0; i < 60; i++)
            rust.Append("TB9_B9_E");
        names.Add(rust.Append('E').ToString());

        var thread = new Thread(
            () =>
            {
                foreach (var name in names)
                {
                    Demangler.TryDemangle(Encoding.ASCII.GetBytes(name), out var full);
                    Demangler.TryDemangle(Encoding.ASCII.GetBytes(name), DemangleStyle.WithoutParameters, out _);
                    Assert.True(full.Length <= 1 << 17);
                }
            },
            256 * 1024);
        thread.Start();
        thread.Join();
    }

    /// <summary>Cut or changed at any byte, a name is demangled or refused; nothing is thrown.</summary>
    [Fact]
    public void TryDemangle_CutOrChangedAtAnyByte_NeverThrows()
    {
        var random = new Random(1);
        foreach (var (mangled, _, _) in Table())
        {
            var bytes = Encoding.UTF8.GetBytes(mangled);
            for (var cut = 0; cut < bytes.Length; cut++)
            {
                Demangler.TryDemangle(bytes.AsSpan(0, cut), out _);
                var kept = bytes[cut];
                bytes[cut] = "_0123456789EIJKLNRSTXZabcdfilnpstvz\0\xff"u8[random.Next(36)];
                Demangler.TryDemangle(bytes, out _);
                bytes[cut] = kept;
            }
        }
    }

    private static void Check(string mangled, DemangleStyle style, string expected, StringBuilder wrong)
    {
        var found = Demangler.TryDemangle(Encoding.UTF8.GetBytes(mangled), style, out var demangled) ? demangled : mangled;
        if (found != expected)
            wrong.Append(mangled).Append("\n expected ").Append(expected).Append("\n    found ").Append(found).Append('\n');
    }

    private static IEnumerable<(string Mangled, string Full, string Without)> Table([CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "names.txt");
        var lines = File.ReadAllLines(path).SkipWhile(l => l.Length == 0 || l[0] == '#').ToArray();
        for (var i = 0; i + 2 < lines.Length; i += 4)
            yield return (lines[i], lines[i + 1], lines[i + 2]);
    }

    private static string Seq(int index) => index == 0 ? "S0_" : $"S{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index % 36]}_";
}

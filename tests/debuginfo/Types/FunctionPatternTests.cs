using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Tests.Types;

/// <summary>What people write for a function, against what symbol tables, demanglers and debugging information call it.</summary>
public class FunctionPatternTests
{
    /// <summary>Names match from whole components on; overloads by their types however these are written; templates with or without arguments; globs within components.</summary>
    [Theory]
    [InlineData("vfs_read", "vfs_read", FunctionMatch.Whole)]
    [InlineData("vfs_read", "vfs_readv", FunctionMatch.None)]
    [InlineData("read", "vfs_read", FunctionMatch.None)]
    [InlineData("bar", "ns::Foo::bar(int)", FunctionMatch.End)]
    [InlineData("Foo::bar", "ns::Foo::bar(int, char const*) const", FunctionMatch.End)]
    [InlineData("ns::Foo::bar", "ns::Foo::bar()", FunctionMatch.Whole)]
    [InlineData("oo::bar", "ns::Foo::bar()", FunctionMatch.None)]
    [InlineData("Foo::bar(int, const char *)", "ns::Foo::bar(int, char const*)", FunctionMatch.End)]
    [InlineData("Foo::bar(int)", "ns::Foo::bar(int, char const*)", FunctionMatch.None)]
    [InlineData("f(unsigned)", "f(unsigned int)", FunctionMatch.Whole)]
    [InlineData("f(unsigned long int)", "f(unsigned long)", FunctionMatch.Whole)]
    [InlineData("f(long unsigned int)", "f(unsigned long)", FunctionMatch.Whole)]
    [InlineData("f(long)", "f(unsigned long)", FunctionMatch.None)]
    [InlineData("f(short)", "f(short int)", FunctionMatch.Whole)]
    [InlineData("f(struct a*)", "f(a*)", FunctionMatch.Whole)]
    [InlineData("f(Node*)", "f(ns::Node*)", FunctionMatch.Whole)]
    [InlineData("f(const std::vector<int>&)", "f(std::vector<int, std::allocator<int> > const&)", FunctionMatch.Whole)]
    [InlineData("f(std::string const&)", "f(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)", FunctionMatch.Whole)]
    [InlineData("f()", "f()", FunctionMatch.Whole)]
    [InlineData("f(void)", "f()", FunctionMatch.Whole)]
    [InlineData("f()", "f(int)", FunctionMatch.None)]
    [InlineData("square", "int square<int>(int)", FunctionMatch.Whole)]
    [InlineData("square<int>", "int square<int>(int)", FunctionMatch.Whole)]
    [InlineData("square<int>", "double square<double>(double)", FunctionMatch.None)]
    [InlineData("square<*>", "double square<double>(double)", FunctionMatch.Whole)]
    [InlineData("std::vector<*>::push_back", "std::vector<int, std::allocator<int> >::push_back(int const&)", FunctionMatch.Whole)]
    [InlineData("vector::push_back", "std::vector<int, std::allocator<int> >::push_back(int const&)", FunctionMatch.End)]
    [InlineData("hidden", "ns::(anonymous namespace)::hidden(int)", FunctionMatch.End)]
    [InlineData("tcp_*", "tcp_sendmsg", FunctionMatch.Whole)]
    [InlineData("tcp_?end*", "tcp_sendmsg", FunctionMatch.Whole)]
    [InlineData("tcp_[r-t]*", "tcp_sendmsg", FunctionMatch.Whole)]
    [InlineData("tcp_[!r-t]*", "tcp_sendmsg", FunctionMatch.None)]
    [InlineData("G1*", "G1CollectedHeap::collect(GCCause::Cause)", FunctionMatch.None)]
    [InlineData("G1*::coll*", "G1CollectedHeap::collect(GCCause::Cause)", FunctionMatch.Whole)]
    [InlineData("main.(*Node).Walk", "main.(*Node).Walk", FunctionMatch.Whole)]
    [InlineData("(*Node).Walk", "main.(*Node).Walk", FunctionMatch.End)]
    [InlineData("Walk", "main.(*Node).Walk", FunctionMatch.End)]
    [InlineData("y.Func", "github.com/x/y.Func", FunctionMatch.End)]
    [InlineData("operator<", "operator<(A const&, A const&)", FunctionMatch.Whole)]
    [InlineData("operator<", "operator<<(A const&, A const&)", FunctionMatch.None)]
    [InlineData("A::operator()", "ns::A::operator()(int) const", FunctionMatch.End)]
    [InlineData("A::operator*", "A::operator*() const", FunctionMatch.Whole)]
    [InlineData("A::operator bool", "A::operator bool() const", FunctionMatch.Whole)]
    [InlineData("Foo::~Foo", "Foo::~Foo()", FunctionMatch.Whole)]
    [InlineData("foo", "foo.isra.0", FunctionMatch.None)]
    [InlineData("foo.isra.0", "foo.isra.0", FunctionMatch.Whole)]
    [InlineData("foo*", "foo.isra.0", FunctionMatch.Whole)]
    [InlineData("cold", "foo.cold", FunctionMatch.None)]
    [InlineData("_ZN3Foo3barEi", "_ZN3Foo3barEi", FunctionMatch.Whole)]
    [InlineData("String::push", "alloc::string::String::push", FunctionMatch.End)]
    [InlineData("f(void (*)(int, char))", "f(void (*)(int, char))", FunctionMatch.Whole)]
    public void Match_Names_AsPeopleMeanThem(string pattern, string name, FunctionMatch expected) =>
        Assert.Equal(expected, FunctionPattern.Parse(pattern).Match(name));

    /// <summary>Stars of Go's receivers and of operators are no globs.</summary>
    [Theory]
    [InlineData("main.(*Node).Walk", false)]
    [InlineData("A::operator*", false)]
    [InlineData("operator[]", false)]
    [InlineData("main.Map[...]", false)]
    [InlineData("a*", true)]
    [InlineData("a?b", true)]
    [InlineData("std::vector<*>::f", true)]
    public void IsGlob_Patterns_OnlyReal(string pattern, bool glob) => Assert.Equal(glob, FunctionPattern.Parse(pattern).IsGlob);

    /// <summary>Texts without sense are no match and no exception.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Match_RandomTexts_NeverThrows(int seed)
    {
        var random = new Random(seed);
        const string letters = "ab:<>()[]{}*&,.~ o/operator<operator";
        string Text() => string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => letters[random.Next(letters.Length)]));
        for (var i = 0; i < 200_000; i++)
        {
            var (pattern, name) = (Text(), Text());
            _ = FunctionPattern.Parse(pattern).Match(name);
            _ = FunctionPattern.Parse(pattern).Match(name, ["int", Text()]);
        }
    }
}

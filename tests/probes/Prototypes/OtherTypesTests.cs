using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Prototypes;

namespace TraceKit.Probes.Tests.Prototypes;

/// <summary>What is believed first of what a user names beside the target.</summary>
public sealed class OtherTypesTests
{
    /// A prototype that is written down counts before a file that knows the function too, in both programs; a file before the next.
    [Fact]
    public void Add_FilesAndPrototypes_PrototypesAreBelievedFirst()
    {
        List<ITypeSource> types = [];
        List<IFunctionSource> functions = [];
        OtherTypes.Add(types, functions, null, ["a.h", "b.h"], (path, others) => TypesFile.Open("struct s { int x; }; int f(int a);"u8.ToArray(), path, others), ["int f(struct s *p)", "int g(void)"]);
        Assert.Equal(4, types.Count);
        var found = functions.Select(f => f.FindFunctions(FunctionPattern.Parse("f")).SingleOrDefault()?.Parameters.Single().Name).ToArray();
        Assert.Equal(["p", null, "a", "a"], found);
    }
}

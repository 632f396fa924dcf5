// The languages table's .NET program: interfaces, generics, lambdas, LINQ, threads. Runs until it is killed.
using System.Runtime.CompilerServices;

interface IShape { double Area(int depth); }

sealed class Square(double a) : IShape
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public double Area(int depth)
    {
        var t = a;
        for (var i = 1; i < 40; i++)
            t += Math.Sqrt(t + i);
        return t;
    }
}

sealed class Tree : IShape
{
    public List<IShape> Parts { get; } = [];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public double Area(int depth)
    {
        var sum = 0.0;
        foreach (var part in Parts)
            sum += part.Area(depth + 1);
        return sum;
    }
}

static class Work
{
    static IShape Grow(int levels)
    {
        if (levels == 0)
            return new Square(1.5);
        var tree = new Tree();
        for (var i = 0; i < 3; i++)
            tree.Parts.Add(Grow(levels - 1));
        return tree;
    }

    static int Words(int n) => Enumerable.Range(0, n).Select(i => "word" + i % 97).GroupBy(s => s).OrderBy(g => g.Key, StringComparer.Ordinal).Count();

    static void Run()
    {
        var total = 0.0;
        while (total >= 0)
            total += Grow(5).Area(0) + Words(500);
        Console.WriteLine(total);
    }

    static void Main()
    {
        new Thread(Run).Start();
        Run();
    }
}

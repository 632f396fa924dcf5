namespace TraceKit.Engine.Compare;

/// <summary>The numbers of lines in a <see cref="SlotMatrix"/>: functions, then modules, by their own weight; then, if asked for, both again with what they call.</summary>
/// <param name="Functions">Functions there are.</param>
/// <param name="Modules">Modules there are.</param>
/// <param name="Children">Whether the second half is there.</param>
public readonly record struct ComparisonLines(int Functions, int Modules, bool Children)
{
    /// <summary>All.</summary>
    public int Count => (Functions + Modules) * (Children ? 2 : 1);

    /// <summary>A function's own.</summary>
    public int Function(int function) => function;

    /// <summary>A module's own.</summary>
    public int Module(int module) => Functions + module;

    /// <summary>A function with what it calls.</summary>
    public int FunctionTotal(int function) => Functions + Modules + function;

    /// <summary>A module with what it calls.</summary>
    public int ModuleTotal(int module) => Functions + Modules + Functions + module;
}

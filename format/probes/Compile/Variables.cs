using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>Finds variables at one place: by debug information where that knows, at a function's entry by its calling convention.</summary>
internal sealed class Variables(ProbeTarget target, Site site)
{
    private readonly ICallingConvention convention = target.ConventionOf(site.Function);
    private IReadOnlyList<VariableLocation>? entry;
    private string? contradiction;
    private bool contradictionIsKnown;

    /// <summary>The convention at this place.</summary>
    public ICallingConvention Convention => convention;

    /// <summary>A variable that was found.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Origin">Who says so.</param>
    public sealed record Found(string Name, Value Value, string Origin);

    /// <summary>A variable by its name; null when there is none of that name in scope.</summary>
    public Found? Find(string name)
    {
        if (NamedResult(name) is { } result)
            return result;

        // The innermost block comes last, so that the last one in scope hides the others.
        foreach (var copy in site.Copies)
        {
            DebugVariable? best = null, outside = null;
            foreach (var variable in copy.Variables)
            {
                if (variable.Name != name)
                    continue;
                if (IsInScope(copy, variable))
                    best = variable;
                else
                    outside ??= variable;
            }

            if (best is not null)
                return Of(copy, best);
            if (outside is not null && Parameter(name) is null)
            {
                return new Found(name, new Value(outside.Type, new Place.Nowhere(
                    outside.Line > 0 ? $"'{name}' of line {outside.Line} is not in scope at this instruction" : $"'{name}' is not in scope at this instruction")), "");
            }
        }

        if (site.Marker is { } marker && name.StartsWith("arg", StringComparison.Ordinal) && int.TryParse(name.AsSpan(3), System.Globalization.NumberStyles.None, null, out var number))
            return OfMarker(marker, number);
        return Parameter(name) is { } index ? AtEntry(index) : null;
    }

    /// <summary>A result of a Go function by its name, where the function returns.</summary>
    private Found? NamedResult(string name)
    {
        if (!site.IsReturnInstruction || site.Function is not { } function)
            return null;
        for (var i = 0; i < function.Results.Count; i++)
        {
            if (function.Results[i].Name == name)
                return Result(i);
        }

        return null;
    }

    /// <summary>All variables in scope, in order: parameters, then (unless only those are asked for) the others.</summary>
    public IReadOnlyList<Found> All(bool onlyParameters)
    {
        var found = new List<Found>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var copy in site.Copies)
        {
            foreach (var variable in copy.Variables)
            {
                if (variable.Name is { Length: > 0 } name && (variable.IsParameter || !onlyParameters) && IsInScope(copy, variable) && names.Add(name) && Find(name) is { } known)
                    found.Add(known);
            }

            if (found.Count > 0 || copy.IsInlined)
                break;
        }

        if (found.Count == 0 && site.IsEntry && site.Function is { } function)
        {
            for (var i = 0; i < function.Parameters.Count; i++)
            {
                if (function.Parameters[i].Name is { Length: > 0 } && AtEntry(i) is { } parameter)
                    found.Add(parameter);
            }
        }

        return found;
    }

    /// <summary>Names that could have been meant.</summary>
    public IEnumerable<string> Names()
    {
        foreach (var copy in site.Copies)
        {
            foreach (var variable in copy.Variables)
            {
                if (variable.Name is { } name && IsInScope(copy, variable))
                    yield return name;
            }
        }

        if (site.Function is null)
            yield break;
        foreach (var parameter in site.Function.Parameters)
        {
            if (parameter.Name is { } name)
                yield return name;
        }
    }

    /// <summary>The Nth argument of the call, from 1 on.</summary>
    public Found? Argument(int number)
    {
        if (site.Marker is { } marker)
            return OfMarker(marker, number);
        if (!site.IsEntry)
            return null;
        if (site.Function is { } function && number <= function.Parameters.Count && AtEntry(number - 1) is { } parameter)
            return parameter;
        return site.IsClone ? null : new Found($"arg{number}", new Value(null, FromLocation(convention.Argument(number))) { IsRaw = true }, $"entry by {convention.Name}");
    }

    /// <summary>The result of the function that returns here.</summary>
    public Found Result()
    {
        var function = site.Function;
        if (function is null)
        {
            // Nobody knows what it returns: the word that most results are in.
            return new Found("", new Value(null, site.IsReturn ? new Place.Word("$retval") : FromLocation(convention.Result(NoFunction.Instance))) { IsRaw = true }, "");
        }

        if (function.ReturnType is null && function.Results.Count == 0)
            return new Found("", new Value(null, new Place.Nowhere($"{site.FunctionName} returns nothing")), "");
        if (site.IsReturnInstruction && convention is GoConvention)
            return Result(0)!;
        var place = FromLocation(convention.Result(function), isResult: site.IsReturn);
        return new Found("", new Value(function.ReturnType, place), $"{function.Source}; result by {convention.Name}");
    }

    /// <summary>Whether a variable's block holds the instruction. The entry of an inlined copy may lie before all of its ranges: its parameters are there all the same.</summary>
    private bool IsInScope(DebugFunctionCopy copy, DebugVariable variable) => variable.IsInScope(site.Address) || (variable.IsParameter && copy.Entry == site.Address);

    /// <summary>One of the results of a Go function, from 0 on; null when there are not so many.</summary>
    public Found? Result(int number)
    {
        if (site.Function is not { } function || convention is not GoConvention go || number < 0 || number >= function.Results.Count)
            return null;
        var result = function.Results[number];
        return new Found(result.Name ?? "", new Value(result.Type, FromLocation(go.Results(function)[number])), $"{function.Source}; result by {convention.Name}");
    }

    private static Found OfMarker(TargetMarker marker, int number)
    {
        var name = $"arg{number}";
        if (number < 1 || number > marker.Arguments.Count)
            return new Found(name, new Value(null, new Place.Nowhere($"the marker {marker.Provider}:{marker.Name} has {marker.Arguments.Count} arguments")), "");
        var argument = marker.Arguments[number - 1];
        return argument.KernelText is { } text
            ? new Found(name, new Value(null, new Place.Word(text)) { IsRaw = true, KernelType = argument.Type }, $"note of the marker: {argument.Text}")
            : new Found(name, new Value(null, new Place.Nowhere(argument.WhyNot ?? $"the note says {argument.Text}")), "");
    }

    private int? Parameter(string name)
    {
        if (site.Function is { } function && site.IsEntry)
        {
            for (var i = 0; i < function.Parameters.Count; i++)
            {
                if (function.Parameters[i].Name == name)
                    return i;
            }
        }

        return null;
    }

    private Found Of(DebugFunctionCopy copy, DebugVariable variable)
    {
        var name = variable.Name!;
        var location = variable.Locate(site.Address);
        if (variable.IsParameter && !copy.IsInlined && site.IsEntry && copy.Entry == site.Address && Parameter(name) is { } index)
        {
            // What debug information says to be in the frame is not there yet when the first instruction is about to run: the frame is made first, and some compilers
            // (LLVM) describe such a place as true from the entry on. The calling convention knows where the value is then.
            var isInFrame = IsInFrame(copy, location);
            if (isInFrame || location is VariableLocation.None)
            {
                if (!site.IsClone && (Contradiction(copy) ?? ChangedCall(copy)) is { } other)
                {
                    return new Found(name, new Value(variable.Type, new Place.Nowhere(isInFrame
                        ? $"it is not yet where debug information says, and {other}: a line inside of the function, or +OFFSET, can read it"
                        : $"{((VariableLocation.None)location).Reason}, and {other}")), "");
                }

                if (!site.IsClone && AtEntry(index, variable.Type) is { } byConvention && (isInFrame || byConvention.Value.Place is not Place.Nowhere))
                    return byConvention with { Name = name };
            }
        }

        return new Found(name, new Value(variable.Type, FromLocation(location)), copy.Function.Source);
    }

    /// <summary>Whether a place is in the function's own frame. What GCC describes from the CFA on and lies in the caller's frame is an argument on the stack.</summary>
    private bool IsInFrame(DebugFunctionCopy copy, VariableLocation location) => location switch
    {
        VariableLocation.Memory memory => IsFrame(memory.BaseRegister)
            && !(memory.BaseRegister == convention.StackPointer && memory.Offsets[0] >= 8 && copy.Function.Producer?.StartsWith("GNU ", StringComparison.Ordinal) == true),
        VariableLocation.Pieces pieces => HasPartInFrame(copy, pieces),
        _ => false,
    };

    private bool HasPartInFrame(DebugFunctionCopy copy, VariableLocation.Pieces pieces)
    {
        foreach (var (part, _) in pieces.Parts)
        {
            if (part is not null && IsInFrame(copy, part))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Why the convention is no guide although nothing contradicts it; null when it is one. LLVM passes only what is needed to a function that nobody else can call, and keeps its name;
    /// GCC gives such a function another name (<c>.isra</c>, <c>.constprop</c>). Without optimization neither does, and every parameter has a place.
    /// </summary>
    private string? ChangedCall(DebugFunctionCopy copy)
    {
        if (site.Symbol is { IsLocal: false } || copy.Function.Language == SourceLanguage.Go || copy.Function.Producer is not { } producer
            || !producer.Contains("LLVM", StringComparison.OrdinalIgnoreCase) && !producer.Contains("clang", StringComparison.OrdinalIgnoreCase))
            return null;
        foreach (var variable in copy.Variables)
        {
            if (variable.IsParameter && variable.Locate(copy.Entry) is VariableLocation.None)
                return "the compiler may have changed how this function is called, because nothing outside of its file calls it";
        }

        return null;
    }

    private bool IsFrame(int register) => register == convention.StackPointer || convention.RegisterName(register) is "bp" or "x29";

    /// <summary>A parameter that debug information has in another register than the calling convention would: then the compiler left some out, and the convention is no guide. null when there is none.</summary>
    private string? Contradiction(DebugFunctionCopy copy)
    {
        if (contradictionIsKnown)
            return contradiction;
        contradictionIsKnown = true;
        var function = site.Function!;
        entry ??= convention.Parameters(function);
        foreach (var variable in copy.Variables)
        {
            if (!variable.IsParameter || variable.Name is not { } name || Parameter(name) is not { } index || index >= entry.Count || variable.Locate(copy.Entry) is not VariableLocation.Register stated)
                continue;
            var agrees = entry[index] switch
            {
                VariableLocation.Register register => register.Number == stated.Number,
                VariableLocation.Memory memory => !IsFrame(memory.BaseRegister),
                VariableLocation.Pieces => true,
                _ => convention.RegisterName(stated.Number) is null,
            };
            if (!agrees)
                return contradiction = $"the compiler changed how this function is called ('{name}' is in %{convention.RegisterName(stated.Number) ?? stated.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)})";
        }

        return null;
    }

    private Found AtEntry(int index, DebugType? type = null)
    {
        var function = site.Function!;
        var parameter = function.Parameters[index];
        if (site.IsClone)
        {
            return new Found(parameter.Name ?? "", new Value(parameter.Type, new Place.Nowhere(
                $"{site.Symbol?.Symbol ?? site.FunctionName} is a copy that the compiler changed, and such copies don't keep the calling convention: only debug information would know; %REGISTER reads a register as it is")), "");
        }

        entry ??= convention.Parameters(function);
        var location = index < entry.Count ? entry[index] : new VariableLocation.None("the calling convention does not say where it is");
        return new Found(parameter.Name ?? "", new Value(type ?? parameter.Type, FromLocation(location)), $"{function.Source}; entry by {convention.Name}");
    }

    /// <summary>A location in words of the kernel's.</summary>
    /// <param name="location">The location.</param>
    /// <param name="isResult">Whether the register of results is <c>$retval</c>.</param>
    /// <param name="symbol">Of a static object of the kernel: its symbol.</param>
    public Place FromLocation(VariableLocation location, bool isResult = false, string? symbol = null)
    {
        switch (location)
        {
            case VariableLocation.Register register:
                return Register(register.Number, isResult) is { } word ? new Place.Word(word) : new Place.Nowhere(NoRegister(register.Number));
            case VariableLocation.Memory memory:
                return Register(memory.BaseRegister, isResult) is { } start
                    ? Chain(new Place.Memory(new MemoryBase.OfWord(start, isUser: false), 0), memory.Offsets)
                    : new Place.Nowhere(NoRegister(memory.BaseRegister));
            case VariableLocation.Static fixedPlace:
                return Static(fixedPlace, symbol);
            case VariableLocation.Constant constant:
                return new Place.Known(constant.Value);
            case VariableLocation.Sum sum:
                return Register(sum.BaseRegister, isResult) is { } text ? new Place.Sum(text, sum.Offset) : new Place.Nowhere(NoRegister(sum.BaseRegister));
            case VariableLocation.Pieces pieces:
                var parts = new List<(Place?, uint)>();
                foreach (var (part, size) in pieces.Parts)
                    parts.Add((part is null ? null : FromLocation(part, isResult, symbol), size));
                return new Place.Parts(parts);
            case VariableLocation.None none:
                return new Place.Nowhere(none.Reason);
            default:
                return new Place.Nowhere("it is in a place of an unknown kind");
        }
    }

    /// <summary>Where a static object is that lies at an address.</summary>
    public Place StaticAt(ulong address, string? symbol)
    {
        if (target.IsKernel)
            return symbol is null ? new Place.Nowhere("it has no symbol by which the kernel would find it") : new Place.Memory(new MemoryBase.OfSymbol(symbol), 0);
        return target.ToFileOffset(site.Address) is { } offset
            ? new Place.Memory(new MemoryBase.OfFile(unchecked((long)address - (long)site.Address.Value + (long)offset.Value)), 0)
            : new Place.Nowhere("the probed instruction is in no part of the file that is mapped");
    }

    private Place Static(VariableLocation.Static location, string? symbol)
    {
        var start = StaticAt(location.Address.Value, symbol);
        return start is Place.Memory memory ? Chain(memory, location.Offsets) : start;
    }

    private static Place.Memory Chain(Place.Memory start, IReadOnlyList<long> offsets)
    {
        for (var i = 0; i + 1 < offsets.Count; i++)
            start = new Place.Memory(new MemoryBase.OfWord(start.At(offsets[i]).Text, isUser: false), 0);
        return start.At(offsets.Count > 0 ? offsets[^1] : 0);
    }

    private string? Register(int number, bool isResult)
    {
        var name = convention.RegisterName(number);
        return name is null ? null : isResult && name is ("ax" or "x0") ? "$retval" : "%" + name;
    }

    private static string NoRegister(int number) => $"it is in register {number} (DWARF's number), which probes cannot read: vector and floating-point registers are not among those that the kernel hands them";

    /// <summary>A function of which nothing is known.</summary>
    private sealed class NoFunction : DebugFunction
    {
        public static readonly NoFunction Instance = new();

        public override string Name => "";

        public override string Source => "";

        public override DebugType? ReturnType => new SizedInteger(8);
    }
}

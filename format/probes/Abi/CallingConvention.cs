using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Abi;

/// <summary>What the conventions of one machine have in common.</summary>
public abstract class CallingConvention : ICallingConvention
{
    private protected CallingConvention(ushort machine)
    {
        Machine = machine;
    }

    /// <summary><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</summary>
    public ushort Machine { get; }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public int StackPointer => Machine == EM_X86_64 ? 7 : 31;

    /// <summary>The convention of a function.</summary>
    /// <param name="machine"><c>EM_X86_64</c> or <c>EM_AARCH64</c>.</param>
    /// <param name="language">What it is written in; of what is not known C's.</param>
    /// <param name="goMinor">Of Go: the minor version of its tool chain (19 of <c>go1.19</c>); null when not known, then a new one.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another machine.</exception>
    public static ICallingConvention For(ushort machine, SourceLanguage language, int? goMinor = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(machine is EM_X86_64 or EM_AARCH64, true, nameof(machine));
        return language switch
        {
            SourceLanguage.Go => new GoConvention(machine, inRegisters: goMinor is null || goMinor >= (machine == EM_X86_64 ? 17 : 18)),
            SourceLanguage.Rust => new RustConvention(machine),
            _ => machine == EM_X86_64 ? new SysVX64Convention() : new Aapcs64Convention(),
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<VariableLocation> Parameters(DebugFunction function)
    {
        var parameters = function.Parameters;
        var found = new VariableLocation[parameters.Count];
        var places = Begin(function);
        string? lost = null;
        for (var i = 0; i < found.Length; i++)
        {
            if (lost is not null)
            {
                found[i] = new VariableLocation.None(lost);
                continue;
            }

            var type = parameters[i].Type;
            if (ValueLayout.Of(type) is { } layout)
            {
                found[i] = Place(type!, layout, ref places);
                continue;
            }

            found[i] = new VariableLocation.None($"the size of its type{(type?.Name is { } typeName ? $", {typeName}," : "")} is not known");
            lost = $"the size of parameter {(parameters[i].Name is { } name ? $"'{name}'" : $"{i + 1}")} before it is not known";
        }

        return found;
    }

    /// <inheritdoc/>
    public VariableLocation Result(DebugFunction function)
    {
        if (function.ReturnType is not { } type || ValueLayout.Strip(type) is null or { Kind: DebugTypeKind.Void })
            return new VariableLocation.None($"{function.Name} returns nothing");
        return ValueLayout.Of(type) is { } layout
            ? PlaceResult(function, type, layout)
            : new VariableLocation.None($"the size of its type{(type.Name is { } name ? $", {name}," : "")} is not known");
    }

    /// <inheritdoc/>
    public abstract VariableLocation Argument(int number);

    /// <inheritdoc/>
    public string? RegisterName(int dwarfNumber) => KernelRegisters.Name(Machine, dwarfNumber);

    /// <summary>Nothing given out but what comes before the first parameter.</summary>
    private protected abstract ArgumentPlaces Begin(DebugFunction function);

    private protected abstract VariableLocation Place(DebugType type, ValueLayout layout, ref ArgumentPlaces places);

    private protected abstract VariableLocation PlaceResult(DebugFunction function, DebugType type, ValueLayout layout);

    private protected static VariableLocation Empty() => new VariableLocation.None("it has no bytes");

    /// <summary>One place as it is, several as pieces in order.</summary>
    private protected static VariableLocation Join(List<(VariableLocation? Location, uint ByteSize)> parts) =>
        parts.Count == 1 ? parts[0].Location! : new VariableLocation.Pieces(parts);

    /// <summary>Whether a value of a C++ class, or one that holds such, is passed by its address.</summary>
    private protected static bool IsPassedByReference(DebugType type)
    {
        var visits = new TypeVisits();
        visits.Add(CppClass(type));
        while (visits.Next() is { } part)
        {
            if (part.IsPassedByReference is { } known)
            {
                if (known)
                    return true;
                continue;
            }

            foreach (var member in part.Members)
            {
                if (member.IsVirtualBase || member.Name?.StartsWith("_vptr", StringComparison.Ordinal) == true)
                    return true;
                if (member.BitSize == 0)
                    visits.Add(CppClass(member.Type));
            }
        }

        return false;
    }

    private static DebugType? CppClass(DebugType? type) =>
        ValueLayout.Strip(type) is { Kind: DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union, Language: SourceLanguage.Cpp } found ? found : null;
}

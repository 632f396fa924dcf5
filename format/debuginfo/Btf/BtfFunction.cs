using TraceKit.Binary;
using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Btf;

/// <summary>A function of a <see cref="BtfFile"/>: what it takes and returns. Where its code is the symbols know.</summary>
public sealed class BtfFunction : DebugFunction
{
    private readonly BtfFile _file;
    private readonly uint _prototype;

    internal BtfFunction(BtfFile file, uint id)
    {
        _file = file;
        Name = file.String(file.NameOffset(id)) ?? "";
        _prototype = file.SizeOrType(id);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override DebugType? ReturnType => _file.Type(Owner.SizeOrType(_prototype));

    /// <inheritdoc/>
    public override IReadOnlyList<DebugParameter> Parameters
    {
        get
        {
            var owner = Owner;
            var parameters = new DebugParameter[ParameterCount(owner, _prototype)];
            for (var i = 0; i < parameters.Length; i++)
                parameters[i] = new DebugParameter(owner.String(owner.Extra(_prototype, i * 2)), owner.Type(owner.Extra(_prototype, (i * 2) + 1)));
            return parameters;
        }
    }

    /// <inheritdoc/>
    public override bool IsVariadic => ParameterCount(Owner, _prototype) != Owner.Vlen(_prototype);

    /// <inheritdoc/>
    public override string Source => _file.Description;

    private BtfFile Owner => _file.Owner(_prototype);

    /// <summary>Without the last one where that stands for <c>...</c>: no name, no type.</summary>
    internal static int ParameterCount(BtfFile file, uint prototype)
    {
        var count = file.Vlen(prototype);
        return count > 0 && file.Extra(prototype, (count * 2) - 1) == 0 && file.Extra(prototype, (count * 2) - 2) == 0 ? count - 1 : count;
    }
}

/// <summary>A variable of a <see cref="BtfFile"/>: its type.</summary>
public sealed class BtfVariable : DebugVariable
{
    private readonly BtfFile _file;
    private readonly uint _id;

    internal BtfVariable(BtfFile file, uint id, bool isPerCpu)
    {
        _file = file;
        _id = id;
        IsPerCpu = isPerCpu;
    }

    /// <summary>Whether each CPU has its own: its symbol is no address then.</summary>
    public bool IsPerCpu { get; }

    /// <inheritdoc/>
    public override string? Name => _file.String(_file.NameOffset(_id));

    /// <inheritdoc/>
    public override DebugType? Type => _file.Type(_file.SizeOrType(_id));

    /// <inheritdoc/>
    public override bool IsParameter => false;

    /// <inheritdoc/>
    public override bool IsInScope(Svma pc) => true;

    /// <inheritdoc/>
    public override VariableLocation Locate(Svma pc) =>
        new VariableLocation.None(IsPerCpu ? "it is a per-CPU variable, which no probe can reach by name" : $"{_file.Description} does not say where it is");
}

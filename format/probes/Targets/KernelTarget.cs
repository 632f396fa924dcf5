using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;

namespace TraceKit.Probes.Targets;

/// <summary>The kernel and its modules: functions by kallsyms, <c>vmlinux</c> or BTF, what they take by DWARF, prototypes or BTF, and what must not be armed.</summary>
/// <remarks>
/// Addresses are those of <see cref="KernelTargetParts.Vmlinux"/> where there is one (those of its DWARF and its code; where the kernel runs is taken off), else those of kallsyms; 0 for all functions
/// where nobody tells any (hidden by <c>kptr_restrict</c>, or BTF alone): the kernel takes symbols, so entries can be probed all the same. Does no I/O. Not for several threads at once.
/// </remarks>
public sealed partial class KernelTarget : ProbeTarget
{
    private readonly KernelTargetParts _parts;
    private readonly KernelSymbols? _symbols;
    private readonly KernelSymbols? _vmlinuxSymbols;

    /// <summary>What is added to an address of <c>vmlinux</c> to get that of kallsyms (KASLR).</summary>
    private readonly ulong _bias;
    private readonly Dictionary<string, BtfFile?> _modules = new(StringComparer.Ordinal);
    private readonly KernelTypes _types;
    private readonly Dictionary<SourceLanguage, ICallingConvention> _conventions = [];

    /// <summary>Over what is at hand.</summary>
    /// <exception cref="ProbeTargetException"><see cref="KernelTargetParts.Vmlinux"/> is of another build or machine than the rest.</exception>
    public KernelTarget(KernelTargetParts parts)
    {
        _parts = parts;
        if (parts.Vmlinux is { } vmlinux)
        {
            if (vmlinux.Machine != parts.Machine)
                throw new ProbeTargetException($"{vmlinux.Name} is of another machine than {parts.Name}");
            _vmlinuxSymbols = KernelSymbols.Of(vmlinux);
        }

        _symbols = parts.Kallsyms is { State: KallsymsState.Present } kallsyms ? KernelSymbols.Of(kallsyms) : _vmlinuxSymbols;
        if (_symbols is not null && _vmlinuxSymbols is not null && !ReferenceEquals(_symbols, _vmlinuxSymbols))
            _bias = FindBias(_symbols, _vmlinuxSymbols);
        _types = new KernelTypes(this);
        var prototypes = new List<IFunctionSource>(parts.Prototypes);
        var types = new List<ITypeSource>(parts.Types);
        if (parts.Btf is not null)
        {
            prototypes.Add(_types);
            types.Add(_types);
        }

        Prototypes = prototypes;
        Types = types;
        _blacklist = KernelBlacklist.Parse(parts.Blacklist);
    }

    /// <inheritdoc/>
    public override bool IsKernel => true;

    /// <inheritdoc/>
    public override string Name => _parts.Name;

    /// <inheritdoc/>
    public override ushort Machine => _parts.Machine;

    /// <inheritdoc/>
    public override IFunctionSource? Code => _parts.Code;

    /// <inheritdoc/>
    public override ISourcePlaces? Places => _parts.Places;

    /// <inheritdoc/>
    public override IReadOnlyList<IFunctionSource> Prototypes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ITypeSource> Types { get; }

    /// <summary>Whether functions have addresses at all; if not, only their entries can be probed.</summary>
    public bool HasAddresses => _symbols is not null;

    /// <inheritdoc/>
    public override ICallingConvention ConventionOf(DebugFunction? function)
    {
        var language = function?.Language == SourceLanguage.Rust ? SourceLanguage.Rust : SourceLanguage.C;
        if (!_conventions.TryGetValue(language, out var convention))
            _conventions.Add(language, convention = CallingConvention.For(Machine, language));
        return convention;
    }

    /// <inheritdoc/>
    /// <remarks>Where nothing has the name itself, what the compiler made of it: <c>NAME.isra.0</c>, <c>NAME.constprop.0</c>.</remarks>
    public override IReadOnlyList<TargetFunction> FindFunctions(FunctionPattern pattern, string? module = null)
    {
        if (_symbols is null)
            return ByBtf(pattern, module);
        var wanted = Encoding.UTF8.GetBytes(pattern.Name);
        List<TargetFunction> found = [], clones = [];
        for (var i = 0; i < _symbols.Count; i++)
        {
            if (!_symbols.TryName(i, out var name))
                continue;
            if (pattern.IsGlob)
            {
                // Most names are told apart by what comes before the first star.
                var fix = pattern.Name.AsSpan().IndexOfAny('*', '?', '[');
                if (!name.StartsWith(wanted.AsSpan(0, fix)) || !Glob.Matches(pattern.Name, Encoding.UTF8.GetString(name)))
                    continue;
            }
            else if (!name.StartsWith(wanted) || name.Length > wanted.Length && !IsClone(name[wanted.Length..]))
            {
                continue;
            }

            if (module is null || module == (_symbols.Module(i) ?? "vmlinux"))
                (pattern.IsGlob || name.Length == wanted.Length ? found : clones).Add(Make(i));
        }

        var result = found.Count > 0 ? found : clones;
        foreach (var function in result)
            Touch(function.Module);
        return result;
    }

    /// <inheritdoc/>
    public override TargetFunction? FunctionAt(Svma address)
    {
        if (_symbols is null || address.Value == 0)
            return null;
        var at = _symbols.Before(ToListed(address.Value));
        while (at >= 0 && !_symbols.TryName(at, out _))
            at--;
        if (at < 0)
            return null;
        var function = Make(at);
        if (address.Value - function.Address.Value >= function.Size)
            return null;
        Touch(function.Module);
        return function;
    }

    /// <inheritdoc/>
    /// <remarks>Of a system call by its plain name (<c>sys_read</c>) the kernel's own first.</remarks>
    public override IReadOnlyList<string> SimilarFunctions(string name)
    {
        var plain = name.StartsWith("__", StringComparison.Ordinal) ? name[2..] : name;
        var call = plain.StartsWith("sys_", StringComparison.Ordinal) ? plain : "sys_" + name;
        foreach (var wrapper in (ReadOnlySpan<string>)["__x64_", "__arm64_", "__se_"])
        {
            if (FindFunctions(FunctionPattern.Parse(wrapper + call)) is [{ } exact, ..])
                return [exact.Symbol];
        }

        return Suggestions.NearestFew(name, Names(name.Length), 5);
    }

    /// <inheritdoc/>
    /// <remarks>Of a per-CPU variable it is a distance, which the kernel's <c>@SYMBOL</c> does not treat so.</remarks>
    public override Svma? FindSymbol(string name)
    {
        if (_symbols?.Find(name) is { } function)
            return new Svma(ToOwn(function));
        if (_parts.Vmlinux is { } vmlinux && FindInElf(vmlinux, name) is { } address)
            return address;
        return _parts.DataSymbol?.Invoke(name) is { } data && data.Value != 0 ? new Svma(ToOwn(data.Value)) : null;
    }

    /// <inheritdoc/>
    public override (DebugVariable Variable, string Source)? FindGlobal(string name, DebugFunction? near) =>
        base.FindGlobal(name, near) ?? (_parts.Btf is not null && _types.FindVariable(name, near) is { } found ? (found, _types.Description) : null);

    /// <summary>Every function, by address.</summary>
    public IEnumerable<TargetFunction> AllFunctions()
    {
        if (_symbols is null)
        {
            foreach (var name in _parts.Btf?.FunctionNames() ?? [])
                yield return new TargetFunction(name, name, null, default, 0);
            yield break;
        }

        for (var i = 0; i < _symbols.Count; i++)
        {
            if (_symbols.TryName(i, out _))
                yield return Make(i);
        }
    }

    /// <summary>Brings in a module's types.</summary>
    private void Touch(string? module)
    {
        if (module is not null && !_modules.ContainsKey(module))
            _modules.Add(module, _parts.ModuleBtf?.Invoke(module));
    }

    private TargetFunction[] ByBtf(FunctionPattern pattern, string? module)
    {
        Touch(module);
        var btf = module is null || module == "vmlinux" ? _parts.Btf : _modules.GetValueOrDefault(module);
        var functions = btf?.FindFunctions(pattern) ?? [];
        var found = new List<TargetFunction>(functions.Count);
        foreach (var function in functions)
        {
            // Of a module's BTF the kernel's own functions are not the module's.
            if (module is null or "vmlinux" || function.Source == btf!.Description)
                found.Add(new TargetFunction(function.Name, function.Name, module == "vmlinux" ? null : module, default, 0));
        }

        return [.. found];
    }

    private IEnumerable<string> Names(int length)
    {
        var slack = Math.Max(1, length / 3);
        if (_symbols is null)
        {
            foreach (var name in _parts.Btf?.FunctionNames() ?? [])
                yield return name;
            yield break;
        }

        for (var i = 0; i < _symbols.Count; i++)
        {
            if (NameOfLength(i, length, slack) is { } name)
                yield return name;
        }
    }

    private string? NameOfLength(int index, int length, int slack) =>
        _symbols!.TryName(index, out var name) && Math.Abs(name.Length - length) <= slack ? Encoding.UTF8.GetString(name) : null;

    private TargetFunction Make(int index)
    {
        _symbols!.TryName(index, out var bytes);
        var name = Encoding.UTF8.GetString(bytes);
        return new TargetFunction(name, name, _symbols.Module(index), new Svma(ToOwn(_symbols.Address(index))), _symbols.Size(index));
    }

    /// <summary>Modules lie where <c>vmlinux</c> has nothing: their addresses stay.</summary>
    private ulong ToOwn(ulong listed) => _bias != 0 && IsOfKernel(listed - _bias) ? listed - _bias : listed;

    private ulong ToListed(ulong own) => _bias != 0 && IsOfKernel(own) ? own + _bias : own;

    private bool IsOfKernel(ulong own) => own >= _kernelStart && own < _kernelEnd;

    /// <summary>Clones of a function: <c>.isra.0</c>, <c>.constprop.0</c>, <c>.llvm.123</c>; not what was split off (<c>.part.0</c>, <c>.cold</c>).</summary>
    private static bool IsClone(ReadOnlySpan<byte> suffix) =>
        suffix[0] == (byte)'.' && (suffix.StartsWith(".isra."u8) || suffix.StartsWith(".constprop."u8) || suffix.StartsWith(".llvm."u8) || suffix.StartsWith(".lto_priv."u8)) && suffix.IndexOf(".cold"u8) < 0 && suffix.IndexOf(".part"u8) < 0;
}

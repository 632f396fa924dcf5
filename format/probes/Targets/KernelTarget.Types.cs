using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

public sealed partial class KernelTarget
{
    private ulong _kernelStart;
    private ulong _kernelEnd;

    /// <summary>The distance between the kernel as it runs and its file, proven on functions of both.</summary>
    private ulong FindBias(KernelSymbols running, KernelSymbols file)
    {
        foreach (var section in _parts.Vmlinux!.Segments)
        {
            if (section.Type == PT_LOAD && section.Address.Value >> 63 != 0)
            {
                _kernelStart = _kernelStart == 0 ? section.Address.Value : Math.Min(_kernelStart, section.Address.Value);
                _kernelEnd = Math.Max(_kernelEnd, section.Address.Value + section.MemorySize);
            }
        }

        foreach (var anchor in (ReadOnlySpan<string>)["_stext", "_text", "_etext"])
        {
            if (running.Find(anchor) is not { } here || file.Find(anchor) is not { } there)
                continue;
            var bias = unchecked(here - there);
            int right = 0, asked = 0;
            for (var i = 0; i < file.Count; i += Math.Max(1, file.Count / 200))
            {
                // What is thrown away after the start is not listed.
                if (!file.TryName(i, out var name) || file.Address(i) < there || running.Before(file.Address(i) + bias) is var at && at < 0)
                    continue;
                asked++;
                right += running.Address(at) == file.Address(i) + bias ? 1 : 0;
            }

            if (asked < 10 || right * 10 >= asked * 7)
                return bias;
            throw new ProbeTargetException($"{_parts.Vmlinux.Name} is of another build than {_parts.Name}: only {right} of {asked} functions lie where the file has them");
        }

        return 0;
    }

    private static Svma? FindInElf(ElfImage image, string name)
    {
        var wanted = System.Text.Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < image.Sections.Length; i++)
        {
            if (image.Sections[i].Type != SHT_SYMTAB || !ElfSymbols.TryRead(image, i, out var symbols))
                continue;
            for (var k = 1; k < symbols.Count; k++)
            {
                if (symbols[k] is { } s && s.Section != 0 && symbols.NameBytes(s).SequenceEqual(wanted))
                    return s.Value;
            }
        }

        return null;
    }

    /// <summary>The kernel's BTF and that of the modules that were touched, with the places of global variables.</summary>
    private sealed class KernelTypes(KernelTarget target) : ITypeSource, IFunctionSource
    {
        public string Description => target._parts.Btf!.Description;

        public DebugType? FindType(string name)
        {
            if (target._parts.Btf!.FindType(name) is { } found)
                return found;
            foreach (var module in target._modules.Values)
            {
                if (module?.FindType(name) is { } own)
                    return own;
            }

            return null;
        }

        public IReadOnlyList<string> SimilarTypes(string name) => target._parts.Btf!.SimilarTypes(name);

        public IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern)
        {
            var found = new List<DebugFunction>(target._parts.Btf!.FindFunctions(pattern));
            foreach (var module in target._modules.Values)
            {
                foreach (var function in module?.FindFunctions(pattern) ?? [])
                {
                    if (function.Source == module!.Description)
                        found.Add(function);
                }
            }

            return found;
        }

        public DebugFunctionCopy? CopyAt(Svma address) => null;

        public DebugVariable? FindVariable(string name, DebugFunction? near)
        {
            var found = target._parts.Btf!.FindVariable(name, near);
            if (found is null)
            {
                foreach (var module in target._modules.Values)
                    found ??= module?.FindVariable(name, near);
            }

            return found is BtfVariable { IsPerCpu: false } variable && target.FindSymbol(name) is { } address ? new PlacedVariable(variable, address) : found;
        }
    }

    /// <summary>A variable whose type BTF knows and whose place the symbols know.</summary>
    private sealed class PlacedVariable(BtfVariable variable, Svma address) : DebugVariable
    {
        public override string? Name => variable.Name;

        public override DebugType? Type => variable.Type;

        public override bool IsParameter => false;

        public override bool IsInScope(Svma pc) => true;

        public override VariableLocation Locate(Svma pc) => new VariableLocation.Static(address, [0]);
    }
}

using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Code;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

public sealed partial class KernelTarget
{
    private readonly KernelBlacklist _blacklist;

    /// <summary>Ranges of the list that must not be probed, with the reason.</summary>
    private List<(ulong Start, ulong End, string Reason)>? _denied;
    private readonly Dictionary<ulong, InstructionStarts> _starts = [];

    /// <inheritdoc/>
    public override string? WhyNot(Svma address, bool isReturn)
    {
        if (_symbols is null)
        {
            return address.Value == 0 ? null
                : $"the addresses of {Name} are not known{(_parts.Kallsyms is { Reason.Length: > 0 } kallsyms ? $" ({kallsyms.Reason})" : "")}, so that only the beginning of a function can be probed";
        }

        if (FunctionAt(address) is not { } function)
            return $"0x{address.Value:x} is in no function of {Name}";
        if (WhyNotFunction(function, isReturn) is { } denied)
            return denied;
        var listed = ToListed(address.Value);
        foreach (var (start, end, reason) in _denied ??= DenyRanges())
        {
            if (listed >= start && listed < end)
                return $"{function.Symbol} {reason}";
        }

        if (_blacklist.Names(listed) is { } name)
            return $"{name} is in the kernel's own list of what must not be probed (/sys/kernel/debug/kprobes/blacklist)";
        var offset = address.Value - function.Address.Value;
        if (isReturn && offset != 0)
            return "a return probe stands at a function's first instruction";
        return offset == 0 ? null : WhyNotInside(function, offset);
    }

    /// <inheritdoc/>
    public override string? WhyNotFunction(TargetFunction function, bool isReturn)
    {
        if (KernelDenyList.Entry(function.Symbol) is { } denied || isReturn && (denied = KernelDenyList.Return(function.Symbol)) is not null)
            return denied;
        return function.Address.Value == 0 && _blacklist.Contains(function.Symbol)
            ? $"{function.Symbol} is in the kernel's own list of what must not be probed (/sys/kernel/debug/kprobes/blacklist)" : null;
    }

    /// <inheritdoc/>
    /// <remarks>The kernel has return probes: this is for those who want to see.</remarks>
    public override IReadOnlyList<Svma> Returns(TargetFunction function)
    {
        if (Machine != EM_X86_64 || StartsOf(function) is not { } starts)
            throw new ProbeTargetException($"{function.DisplayName}: its code is not at hand, so its returns cannot be found");
        if (!starts.IsComplete)
            throw new ProbeTargetException($"{function.DisplayName}: not all of its returns can be found: {starts.Incomplete}");
        var returns = new List<Svma>(starts.Returns.Count);
        foreach (var at in starts.Returns)
            returns.Add(new Svma(function.Address.Value + (ulong)at));
        return returns;
    }

    /// <summary>A place inside of a function: proven by the file's code. What the kernel patches at run time (alternatives, jump labels, calls of ftrace) it checks itself when a probe is set.</summary>
    private string? WhyNotInside(TargetFunction function, ulong offset)
    {
        if (Machine == EM_AARCH64)
            return (offset & 3) == 0 ? null : $"+{offset} is not a multiple of 4, as AArch64's instructions are";
        if (function.Module is not null)
            return $"the code of module {function.Module} is not at hand, so nothing proves that an instruction begins at +{offset}: its functions can be probed at their beginning";
        if (_parts.Vmlinux is null)
            return $"without the kernel's file (--vmlinux) nothing proves that an instruction begins at +{offset}: functions can be probed at their beginning";
        return StartsOf(function) is { } starts ? starts.WhyNot((long)offset)
            : $"{_parts.Vmlinux.Name} does not hold the code of {function.Symbol}, so nothing proves that an instruction begins at +{offset}";
    }

    private InstructionStarts? StartsOf(TargetFunction function)
    {
        if (_starts.TryGetValue(function.Address.Value, out var known))
            return known;
        if (_parts.Vmlinux is not { } vmlinux || function.Module is not null || function.Size == 0 || !vmlinux.TryToFileOffset(function.Address, out var place))
            return null;
        // A separate debug file has the kernel's headers, and nothing where its code was.
        foreach (ref readonly var section in vmlinux.Sections)
        {
            if (section.Type == SHT_NOBITS && (section.Flags & SHF_EXECINSTR) != 0 && function.Address.Value - section.Address.Value < section.Size)
                return null;
        }

        var code = vmlinux.Image.ReadUpTo(place, Math.Min(function.Size, InstructionStarts.MaximumBytes)).Span;
        return code.IsEmpty ? null : _starts[function.Address.Value] = InstructionStarts.Analyze(code, function.Address.Value);
    }

    /// <summary>One look at all names: there are a hundred thousand.</summary>
    private List<(ulong Start, ulong End, string Reason)> DenyRanges()
    {
        var ranges = new List<(ulong, ulong, string)>();
        var starts = new ulong[KernelDenyList.Sections.Length];
        var ends = new ulong[starts.Length];
        for (var i = 0; i < (_symbols?.Count ?? 0); i++)
        {
            if (!_symbols!.TryName(i, out var name) || !name.StartsWith("__"u8) || name.IndexOf("_text_"u8) is var at && at < 0)
                continue;
            var isStart = name.EndsWith("_text_start"u8);
            if (!isStart && !name.EndsWith("_text_end"u8))
                continue;
            for (var section = 0; section < starts.Length; section++)
            {
                // __kprobes_text_start of kprobes_text.
                if (at + 3 == KernelDenyList.Sections[section].Section.Length && Encoding.UTF8.GetString(name[2..(at + 5)]) == KernelDenyList.Sections[section].Section)
                    (isStart ? starts : ends)[section] = _symbols.Address(i);
            }
        }

        for (var section = 0; section < starts.Length; section++)
        {
            if (starts[section] != 0 && starts[section] < ends[section])
                ranges.Add((starts[section], ends[section], KernelDenyList.Sections[section].Reason));
        }

        return ranges;
    }
}

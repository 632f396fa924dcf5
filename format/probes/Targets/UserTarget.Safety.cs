using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Code;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

public sealed partial class UserTarget
{
    /// <summary>Analyzed functions are kept: a definition asks for several places of one.</summary>
    private readonly Dictionary<ulong, InstructionStarts> _starts = [];
    private FunctionStarts? _frames;
    private List<(ulong Address, bool IsData)>? _marks;

    private FunctionStarts Frames => _frames ??= FunctionStarts.Build(_image);

    /// <inheritdoc/>
    public override string? WhyNot(Svma address, bool isReturn)
    {
        if (!_image.IsCodeAddress(address))
            return $"0x{address.Value:x} is not in an executable segment of {Name}";
        if (!_image.TryToFileOffset(address, out var offset))
            return $"0x{address.Value:x} of {Name} is not loaded from the file";
        var function = FunctionAt(address);
        if (isReturn && WhyNoReturn(function, address) is { } noReturn)
            return noReturn;
        if (WhyNotStart(function, address) is { } reason)
            return reason;
        if (WhyNoMarker(address) is { } marker)
            return marker;
        if (function is not null && UserDenyList.Entry(BaseName(function.Symbol)) is { } denied)
            return denied;
        if (!_image.Image.TryRead(offset, 1, out _))
            return $"the bytes at 0x{address.Value:x} of {Name} are not at hand";
        if (Machine == EM_X86_64)
            return X64Uprobe.RefusedBecause(_image.Image.ReadUpTo(offset, 15).Span);
        return _image.Image.TryRead(offset, 4, out var word) ? Arm64Uprobe.RefusedBecause(BinaryPrimitives.ReadUInt32LittleEndian(word.Span)) : "its instruction is not at hand";
    }

    private string? WhyNoReturn(TargetFunction? function, Svma address)
    {
        if (IsGo)
            return "a return probe replaces return addresses on stacks that Go moves, and crashes the program: the instructions that return are probed instead";
        if (function is null || function.Address != address)
            return "a return probe stands at a function's first instruction";
        if (UserDenyList.Return(BaseName(function.Symbol)) is { } denied)
            return denied;
        return EntryFrames.Read(_image, address) switch
        {
            EntryFrame.Other => $"{function.DisplayName} is not entered by ordinary calls: its unwind table has the return address elsewhere than on top of the stack, where a return probe replaces it",
            EntryFrame.Outermost => $"{function.DisplayName} is not called: its unwind table knows no return address",
            EntryFrame.Signal => $"{function.DisplayName} is how signal handlers return: there is no return address on top of its stack",
            _ => null,
        };
    }

    /// <summary>Why an address is not proven to be the start of an instruction; null when it is.</summary>
    private string? WhyNotStart(TargetFunction? function, Svma address)
    {
        var framed = Frames.TryFind(address, out var frame);
        if (function is null && !framed)
            return $"no symbol and no unwind table of {Name} says which function 0x{address.Value:x} belongs to, so nothing tells where its instructions begin";
        if (Machine == EM_AARCH64)
            return (address.Value & 3) != 0 ? $"0x{address.Value:x} is not a multiple of 4, as AArch64's instructions are" : IsMarkedData(address) ? $"0x{address.Value:x} is data: the symbol table marks it so ($d)" : null;

        if (function is not null)
        {
            // Whoever drew the function's borders by another table must agree.
            var ofSymbol = StartsOf(function.Address, function.Size);
            if (framed && frame.Value > function.Address.Value && ofSymbol.ProofOf((long)(frame.Value - function.Address.Value)) == InstructionProof.None)
                return $"its symbol and its unwind table disagree: {function.DisplayName} begins at 0x{function.Address.Value:x}, and 0x{frame.Value:x} is no start of an instruction of it";
            if (framed && frame.Value < function.Address.Value && WhyNotOf(frame, function.Address) is { } disagreement)
                return $"its symbol and its unwind table disagree: from 0x{frame.Value:x} on, where the unwind table has the function's start, {function.DisplayName} is not met ({disagreement})";
            return ofSymbol.WhyNot((long)(address.Value - function.Address.Value));
        }

        return WhyNotOf(frame, address);
    }

    private string? WhyNotOf(Svma start, Svma address) => StartsOf(start, FrameLength(start)).WhyNot((long)(address.Value - start.Value));

    private ulong FrameLength(Svma start) => Frames.TryFindEnd(start, out var end) ? end.Value - start.Value : 0;

    /// <summary>Addresses that the file is loaded at, from the first to just past the last.</summary>
    private (ulong Start, ulong End) Bounds
    {
        get
        {
            ulong start = ulong.MaxValue, end = 0;
            foreach (ref readonly var segment in _image.Segments)
            {
                if (segment.Type == PT_LOAD)
                    (start, end) = (Math.Min(start, segment.Address.Value), Math.Max(end, segment.Address.Value + segment.MemorySize));
            }

            return (start, end);
        }
    }

    private InstructionStarts StartsOf(Svma start, ulong size)
    {
        if (_starts.TryGetValue(start.Value, out var known))
            return known;
        var code = _image.TryToFileOffset(start, out var offset) ? _image.Image.ReadUpTo(offset, Math.Min(size, InstructionStarts.MaximumBytes)) : default;
        // Whoever wrote down that a marker stands somewhere has put an instruction there.
        var stated = new List<int>();
        foreach (var note in Notes)
        {
            if (note.Address.Value - start.Value < (ulong)code.Length)
                stated.Add((int)(note.Address.Value - start.Value));
        }

        var places = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stated);
        var starts = InstructionStarts.Analyze(code.Span, start.Value, Bounds, places);
        if (!starts.IsComplete && EntryFrames.Read(_image, start) == EntryFrame.Other)
            starts = InstructionStarts.Analyze(code.Span, start.Value, Bounds, places, isPart: true);
        return _starts[start.Value] = starts;
    }

    /// <summary>What a hit of a probe at an address costs.</summary>
    public ProbeCost CostAt(Svma address)
    {
        if (Machine != EM_X86_64 || !_image.TryToFileOffset(address, out var offset))
            return new ProbeCost(UprobeCost.Unknown, null);
        var code = _image.Image.ReadUpTo(offset, 32).Span;
        var cost = X64Uprobe.CostOf(code, out _);
        // Behind endbr64, a push is emulated; jumps from elsewhere in the function to its start (loops of tail recursion) pass endbr64 by too.
        var behind = new Svma(address.Value + 4);
        var cheaper = X64Uprobe.IsEndBranch(code) && X64Uprobe.CostOf(code[4..], out _) is UprobeCost.Emulated or UprobeCost.Call && WhyNot(behind, isReturn: false) is null;
        return new ProbeCost(cost, cheaper ? behind : null);
    }

    /// <summary>AArch64: literals between instructions are marked <c>$d</c>, what follows them <c>$x</c> (AAELF64 §5.5.4). Files without <c>.symtab</c> have no marks.</summary>
    private bool IsMarkedData(Svma address)
    {
        if (_marks is null)
        {
            _marks = [];
            foreach (var file in SymbolFiles())
            {
                for (var i = 0; i < file.Sections.Length; i++)
                {
                    if (file.Sections[i].Type != SHT_SYMTAB || !ElfSymbols.TryRead(file, i, out var symbols))
                        continue;
                    for (var k = 0; k < symbols.Count; k++)
                    {
                        var name = symbols.NameBytes(symbols[k]);
                        if (name.Length >= 2 && name[0] == '$' && name[1] is (byte)'x' or (byte)'d' && (name.Length == 2 || name[2] == '.') && symbols[k].IsInSection)
                            _marks.Add((symbols[k].Value.Value, name[1] == 'd'));
                    }
                }
            }

            _marks.Sort();
        }

        var at = _marks.BinarySearch((address.Value, true));
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && _marks[at].IsData && _image.IsCodeAddress(new Svma(_marks[at].Address));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A return probe puts the address of the kernel's own page on the stack. Unwinders know nothing of it: an exception, a Rust panic or a thread's cancellation that passes through ends the
    /// program (seen: <c>terminate called after throwing an instance of 'int'</c>).
    /// </remarks>
    public override string? ReturnRisk(TargetFunction function)
    {
        if (IsGo || Machine == EM_X86_64 && !MayCall(function) || !HasExceptions)
            return null;
        return $"an exception or panic that passes through {function.DisplayName} while its return probe is set ends the program: unwinders do not know the address that the kernel puts on the stack";
    }

    private bool MayCall(TargetFunction function)
    {
        var starts = StartsOf(function.Address, function.Size);
        if (!starts.IsComplete)
            return true;
        for (var at = 0; at >= 0; at = starts.NextAfter(at))
        {
            if (starts.ProofOf(at) == InstructionProof.BehindCall)
                return true;
        }

        return starts.OuterJumps.Count > 0 || starts.IndirectJumps.Count > 0;
    }

    /// <summary>Whether the file has code that catches or cleans up (C++, Rust, C with <c>-fexceptions</c>).</summary>
    private bool HasExceptions => _image.TrySection(".gcc_except_table", out _);

    /// <inheritdoc/>
    public override IReadOnlyList<Svma> Returns(TargetFunction function) => ReturnsOf(function).Returns;

    /// <summary>Every instruction that returns from a function, and how else it is left.</summary>
    /// <exception cref="ProbeTargetException">The function's code cannot be followed to its end.</exception>
    public FunctionReturns ReturnsOf(TargetFunction function)
    {
        if (Machine != EM_X86_64)
            return Arm64Returns(function);
        if (function.Size == 0 || function.Size > InstructionStarts.MaximumBytes)
            throw new ProbeTargetException($"{function.DisplayName}: {(function.Size == 0 ? "its size is not known" : $"it has {function.Size} bytes, more than are followed")}, so its returns cannot be found");
        var starts = StartsOf(function.Address, function.Size);
        if (!starts.IsComplete)
            throw new ProbeTargetException($"{function.DisplayName}: not all of its returns can be found: {starts.Incomplete}");
        var returns = new List<Svma>(starts.Returns.Count);
        foreach (var at in starts.Returns)
            returns.Add(new Svma(function.Address.Value + (ulong)at));
        return new FunctionReturns(returns, starts.OuterJumps.Count, starts.IndirectJumps.Count);
    }

    /// <summary>AArch64: every word is an instruction; <c>ret</c>, <c>retaa</c> and <c>retab</c> return.</summary>
    private FunctionReturns Arm64Returns(TargetFunction function)
    {
        if (function.Size == 0 || !_image.TryToFileOffset(function.Address, out var offset) || !_image.Image.TryRead(offset, function.Size, out var code))
            throw new ProbeTargetException($"{function.DisplayName}: its code is not at hand, so its returns cannot be found");
        var returns = new List<Svma>();
        var outer = 0;
        var indirect = 0;
        for (var at = 0; at + 4 <= code.Length; at += 4)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(code.Span[at..]);
            if (Arm64Uprobe.IsReturn(word))
                returns.Add(new Svma(function.Address.Value + (ulong)at));
            else if ((word & 0xfffffc1f) == 0xd61f0000)
                indirect++;
            else if ((word & 0xfc000000) == 0x14000000 && at + ((long)(int)(word << 6) >> 4) is var target && (target < 0 || target >= code.Length))
                outer++;
        }

        return new FunctionReturns(returns, outer, indirect);
    }
}

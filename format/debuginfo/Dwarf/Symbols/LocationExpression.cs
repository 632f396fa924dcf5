using TraceKit.Binary;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Types;
using TraceKit.DebugInfo.Unwind;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

/// <summary>
/// Turns a location expression (DWARF 5 §2.5, §2.6) into something that a probe can fetch. Values are followed as sums and loads; whatever needs more computing than that is refused
/// with the operation that needs it.
/// </summary>
internal ref struct LocationExpression
{
    /// <summary>Loads one behind the other: the kernel's fetch arguments nest 16 deep at most.</summary>
    private const int MostLoads = 16;

    private readonly LocationContext _context;
    private readonly List<SymbolicValue> _stack = [];
    private List<(VariableLocation? Location, uint ByteSize)>? _pieces;
    private VariableLocation? _place; // said by the operation before: a register, a value
    private string? _reason;

    private LocationExpression(LocationContext context) => _context = context;

    /// <summary>Where a value is.</summary>
    public static VariableLocation Evaluate(ReadOnlySpan<byte> code, LocationContext context)
    {
        if (code.IsEmpty)
            return new VariableLocation.None("optimized out");
        var expression = new LocationExpression(context);
        return expression.Run(code) ? expression.Finish() : new VariableLocation.None(expression._reason ?? "its location is damaged");
    }

    /// <summary>What an expression computes: a frame's base, an entry value.</summary>
    private static bool TryValue(ReadOnlySpan<byte> code, LocationContext context, out SymbolicValue value, out string? reason)
    {
        var expression = new LocationExpression(context);
        value = default;
        var good = expression.Run(code);
        reason = expression._reason;
        if (!good)
            return false;
        if (expression._place is VariableLocation.Register register)
        {
            value = SymbolicValue.Of(register.Number, 0); // the register's content (DWARF 5 §3.3.5)
            return true;
        }

        if (expression._place is not null || expression._pieces is not null || expression._stack.Count == 0)
            return false;
        value = expression._stack[^1];
        return true;
    }

    private VariableLocation Finish()
    {
        if (_pieces is not null)
            return _pieces.Count == 1 && _pieces[0].Location is { } only ? only : new VariableLocation.Pieces(_pieces);
        if (_place is not null)
            return _place;
        return _stack.Count == 0 ? new VariableLocation.None("its location is damaged") : Memory(_stack[^1]);
    }

    private static VariableLocation Memory(in SymbolicValue value) => value.Base switch
    {
        SymbolicValue.Number => new VariableLocation.Static(new Svma((ulong)value.Offsets[0]), [0, .. value.Offsets.AsSpan(1)]),
        SymbolicValue.Address => new VariableLocation.Static(new Svma(value.Place), value.Offsets),
        _ => new VariableLocation.Memory(value.Base, value.Offsets),
    };

    private readonly VariableLocation Value(in SymbolicValue value)
    {
        var offsets = value.Offsets;
        if (offsets.Length > 1)
        {
            // A loaded word is where it was loaded from; with something added to it, it is nowhere.
            if (offsets[^1] != 0)
                return new VariableLocation.None("computed from what memory holds, which no probe can do");
            var before = offsets[..^1];
            return value.Base switch
            {
                SymbolicValue.Number => new VariableLocation.Static(new Svma((ulong)before[0]), [0, .. before.AsSpan(1)]),
                SymbolicValue.Address => new VariableLocation.Static(new Svma(value.Place), before),
                _ => new VariableLocation.Memory(value.Base, before),
            };
        }

        return value.Base switch
        {
            SymbolicValue.Number => new VariableLocation.Constant(offsets[0]),
            SymbolicValue.Address when _context.IsFixed => new VariableLocation.Constant((long)value.Place + offsets[0]),
            SymbolicValue.Address => new VariableLocation.None($"the address 0x{value.Place + (ulong)offsets[0]:x} of the file, known only when the program runs"),
            _ => offsets[0] == 0 ? new VariableLocation.Register(value.Base) : new VariableLocation.Sum(value.Base, offsets[0]),
        };
    }

    private bool Refuse(string reason)
    {
        _reason = reason;
        return false;
    }

    private bool Push(in SymbolicValue value)
    {
        if (_stack.Count >= 64)
            return false;
        _stack.Add(value);
        return true;
    }

    private bool Run(ReadOnlySpan<byte> code)
    {
        var c = new SpanCursor(code, "expression", _context.Unit.Sections.IsBigEndian);
        for (var steps = 0; c.Remaining > 0; steps++)
        {
            if (steps == InputLimits.ExpressionSteps || !c.TryReadByte(out var op) || !Step(ref c, op))
                return false;
        }

        return true;
    }

    private bool Step(ref SpanCursor c, byte op)
    {
        ulong number;
        long signed;
        var size = _context.Unit.Context.AddressSize;
        switch (op)
        {
            case DW_OP.nop or DW_OP.GNU_uninit:
                return true;
            case >= DW_OP.lit0 and <= DW_OP.lit31:
                return Push(SymbolicValue.Of(op - DW_OP.lit0));
            case >= DW_OP.reg0 and <= DW_OP.reg31:
                _place = new VariableLocation.Register(op - DW_OP.reg0);
                return true;
            case DW_OP.regx:
                if (!c.TryReadUleb128(out number) || number > ushort.MaxValue)
                    return false;
                _place = new VariableLocation.Register((int)number);
                return true;
            case >= DW_OP.breg0 and <= DW_OP.breg31:
                return c.TryReadSleb128(out signed) && Push(SymbolicValue.Of(op - DW_OP.breg0, signed));
            case DW_OP.bregx:
                return c.TryReadUleb128(out number) && number <= ushort.MaxValue && c.TryReadSleb128(out signed) && Push(SymbolicValue.Of((int)number, signed));
            case DW_OP.fbreg:
                return c.TryReadSleb128(out signed) && PushFrameBase(signed);
            case DW_OP.call_frame_cfa:
                if (_context.Frames is null || !_context.Frames.TryCfa(_context.Pc, out var register, out signed))
                    return Refuse("on the stack, and no call frame information says where the frame begins");
                return Push(SymbolicValue.Of(register, signed));
            case DW_OP.addr:
                if (!c.TryReadBytes(size, out var address))
                    return false;
                return Push(SymbolicValue.At(DwarfForm.ReadFixed(address, c.IsBigEndian)));
            case DW_OP.addrx or DW_OP.GNU_addr_index or DW_OP.constx or DW_OP.GNU_const_index:
                if (!c.TryReadUleb128(out number) || !_context.Unit.TryAddress(new DwarfValue(DwarfValueKind.AddressIndex, number), out var indexed))
                    return false;
                return Push(op is DW_OP.addrx or DW_OP.GNU_addr_index ? SymbolicValue.At(indexed) : SymbolicValue.Of((long)indexed));
            case DW_OP.const1u:
                return c.TryReadByte(out var b) && Push(SymbolicValue.Of(b));
            case DW_OP.const1s:
                return c.TryReadByte(out b) && Push(SymbolicValue.Of((sbyte)b));
            case DW_OP.const2u:
                return c.TryReadUInt16(out var h) && Push(SymbolicValue.Of(h));
            case DW_OP.const2s:
                return c.TryReadUInt16(out h) && Push(SymbolicValue.Of((short)h));
            case DW_OP.const4u:
                return c.TryReadUInt32(out var w) && Push(SymbolicValue.Of(w));
            case DW_OP.const4s:
                return c.TryReadUInt32(out w) && Push(SymbolicValue.Of((int)w));
            case DW_OP.const8u or DW_OP.const8s:
                return c.TryReadUInt64(out number) && Push(SymbolicValue.Of((long)number));
            case DW_OP.constu:
                return c.TryReadUleb128(out number) && Push(SymbolicValue.Of((long)number));
            case DW_OP.consts:
                return c.TryReadSleb128(out signed) && Push(SymbolicValue.Of(signed));
            case DW_OP.implicit_value:
                if (!c.TryReadUleb128(out number) || number > (ulong)c.Remaining || !c.TryReadBytes((int)number, out var bytes))
                    return false;
                if (bytes.Length is 0 or > 8)
                    return Refuse($"a constant of {bytes.Length} bytes");
                _place = new VariableLocation.Constant((long)DwarfForm.ReadFixed(bytes, c.IsBigEndian));
                return true;
            case DW_OP.stack_value:
                if (_stack.Count == 0)
                    return false;
                _place = Value(_stack[^1]);
                return true;
            case DW_OP.piece:
                return c.TryReadUleb128(out number) && number <= uint.MaxValue && AddPiece((uint)number);
            case DW_OP.bit_piece:
                if (!c.TryReadUleb128(out number) || !c.TryReadUleb128(out var from))
                    return false;
                return number % 8 == 0 && from == 0 && number / 8 <= uint.MaxValue ? AddPiece((uint)(number / 8)) : Refuse("in pieces that are no whole bytes");
            case DW_OP.entry_value or DW_OP.GNU_entry_value:
                if (!c.TryReadUleb128(out number) || number > (ulong)c.Remaining || !c.TryReadBytes((int)number, out var inner))
                    return false;
                if (_context.Pc != _context.Entry)
                    return Refuse("known here only as what it was at the function's entry");
                if (_context.Nested > 0 || !TryValue(inner, _context with { Nested = 1 }, out var atEntry, out var why))
                    return Refuse("its value at the function's entry cannot be followed");
                return Push(atEntry);
            case DW_OP.regval_type or DW_OP.GNU_regval_type:
                return c.TryReadUleb128(out number) && number <= ushort.MaxValue && c.TryReadUleb128(out _) && Push(SymbolicValue.Of((int)number, 0, isPart: true));
            case DW_OP.form_tls_address or DW_OP.GNU_push_tls_address:
                return Refuse("thread-local: each thread has its own");
            case DW_OP.implicit_pointer or DW_OP.GNU_implicit_pointer:
                return Refuse("a pointer that was optimized out; what it pointed to may be found by itself");
            case DW_OP.GNU_parameter_ref:
                return Refuse("known only from what the caller passed");
            case DW_OP.push_object_address or DW_OP.call2 or DW_OP.call4 or DW_OP.call_ref or DW_OP.GNU_variable_value:
                return Refuse("computed from other variables, which no probe can do");
            default:
                return Compute(ref c, op, size);
        }
    }

    private bool Compute(ref SpanCursor c, byte op, int wordSize)
    {
        switch (op)
        {
            case DW_OP.dup or DW_OP.over or DW_OP.pick:
                var index = op == DW_OP.over ? (byte)1 : (byte)0;
                return (op != DW_OP.pick || c.TryReadByte(out index)) && index < _stack.Count && Push(_stack[^(1 + index)]);
            case DW_OP.drop:
                if (_stack.Count == 0)
                    return false;
                _stack.RemoveAt(_stack.Count - 1);
                return true;
            case DW_OP.swap:
                if (_stack.Count < 2)
                    return false;
                (_stack[^1], _stack[^2]) = (_stack[^2], _stack[^1]);
                return true;
            case DW_OP.rot:
                if (_stack.Count < 3)
                    return false;
                (_stack[^1], _stack[^2], _stack[^3]) = (_stack[^2], _stack[^3], _stack[^1]);
                return true;
        }

        if (_stack.Count == 0)
            return false;
        var top = _stack[^1];
        if (top.IsPart)
            return Refuse("computed, which no probe can do");
        switch (op)
        {
            case DW_OP.plus_uconst:
                if (!c.TryReadUleb128(out var added))
                    return false;
                _stack[^1] = top.Plus((long)added);
                return true;
            case DW_OP.deref or DW_OP.deref_size or DW_OP.deref_type or DW_OP.GNU_deref_type:
                var size = (byte)wordSize;
                if (op != DW_OP.deref && !c.TryReadByte(out size) || op is DW_OP.deref_type or DW_OP.GNU_deref_type && !c.TryReadUleb128(out _))
                    return false;
                if (top.Offsets.Length > MostLoads)
                    return Refuse($"behind more than {MostLoads} pointers");
                _stack[^1] = top.Load(size != wordSize);
                return true;
            case DW_OP.neg or DW_OP.not or DW_OP.abs:
                if (!top.IsNumber)
                    return Refuse("computed, which no probe can do");
                _stack[^1] = SymbolicValue.Of(op == DW_OP.not ? ~top.Value : op == DW_OP.neg || top.Value < 0 ? unchecked(-top.Value) : top.Value);
                return true;
            case >= DW_OP.and and <= DW_OP.ne and not DW_OP.bra:
                return Binary(op);
            default:
                return Refuse("computed, which no probe can do");
        }
    }

    private bool Binary(byte op)
    {
        if (_stack.Count < 2)
            return false;
        SymbolicValue left = _stack[^2], right = _stack[^1];
        SymbolicValue result;
        if (left.IsNumber && right.IsNumber)
        {
            if (!DwarfExpression.TryBinary(op, (ulong)left.Value, (ulong)right.Value, out var number))
                return false;
            result = SymbolicValue.Of((long)number);
        }
        else if (op == DW_OP.plus && right.IsNumber && !left.IsPart)
        {
            result = left.Plus(right.Value);
        }
        else if (op == DW_OP.plus && left.IsNumber)
        {
            result = right.Plus(left.Value);
        }
        else if (op == DW_OP.minus && right.IsNumber && !left.IsPart)
        {
            result = left.Plus(unchecked(-right.Value));
        }
        else
        {
            return Refuse("computed, which no probe can do");
        }

        _stack.RemoveAt(_stack.Count - 1);
        _stack[^1] = result;
        return true;
    }

    private bool PushFrameBase(long offset)
    {
        if (_context.Nested > 1 || _context.FrameBase is null || _context.FrameBase(_context.Pc) is not { Length: > 0 } code)
            return Refuse("on the stack, and nothing says where the frame begins");
        if (!TryValue(code.Span, _context with { Nested = 2 }, out var value, out var why))
            return Refuse(why ?? "on the stack, and nothing says where the frame begins");
        return Push(value.Plus(offset));
    }

    private bool AddPiece(uint bytes)
    {
        var pieces = _pieces ??= [];
        if (pieces.Count >= 1024)
            return false;
        var location = _place ?? (_stack.Count > 0 ? Memory(_stack[^1]) : null);
        pieces.Add((location is VariableLocation.None ? null : location, bytes));
        _place = null;
        _stack.Clear();
        return true;
    }
}

/// <summary>What an expression's meaning depends on.</summary>
internal sealed record LocationContext
{
    /// <summary>The unit it stands in.</summary>
    public required DwarfUnit Unit { get; init; }

    /// <summary>The instruction.</summary>
    public required Svma Pc { get; init; }

    /// <summary>Where the function that has the frame is entered.</summary>
    public required Svma Entry { get; init; }

    /// <summary>The expression of the frame's base at an instruction; null without one.</summary>
    public Func<Svma, ReadOnlyMemory<byte>>? FrameBase { get; init; }

    /// <summary>Where the CFA is; null when nobody knows.</summary>
    public ICfaSource? Frames { get; init; }

    /// <summary>Addresses of the file are those of the process: it is no shared object.</summary>
    public bool IsFixed { get; init; }

    /// <summary>1 in an entry value, 2 in a frame's base: neither may ask for itself.</summary>
    public int Nested { get; init; }
}

using System.Runtime.CompilerServices;
using TraceKit.Binary;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>Steps over entries by compiled abbreviations. Once something could not be read it stays failed, so that callers ask once.</summary>
internal ref struct EntryReader
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly UnitContext _unit;
    private readonly bool _bigEndian;

    /// <summary>A reader of a unit's bytes.</summary>
    /// <param name="data">The section up to the unit's end, so that positions are offsets in the section.</param>
    /// <param name="unit">Sizes.</param>
    /// <param name="bigEndian">Byte order.</param>
    /// <param name="position">Where to begin.</param>
    public EntryReader(ReadOnlySpan<byte> data, scoped in UnitContext unit, bool bigEndian, int position)
    {
        _data = data;
        _unit = unit;
        _bigEndian = bigEndian;
        Position = position;
    }

    /// <summary>Offset in the section.</summary>
    public int Position;

    /// <summary>Something could not be read.</summary>
    public bool Failed;

    /// <summary>Nothing is left, or something could not be read.</summary>
    public readonly bool AtEnd => Failed || Position >= _data.Length;

    /// <summary>The section up to the unit's end.</summary>
    public readonly ReadOnlySpan<byte> Data => _data;

    /// <summary>An unsigned LEB128 number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Uleb()
    {
        if ((uint)Position < (uint)_data.Length)
        {
            var b = _data[Position];
            if (b < 0x80)
            {
                Position++;
                return b;
            }
        }

        return UlebSlow();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong UlebSlow()
    {
        var c = new SpanCursor(_data, "", _bigEndian);
        if (Failed || !c.TrySeek(Position) || !c.TryReadUleb128(out var value))
        {
            Failed = true;
            return 0;
        }

        Position = c.Position;
        return value;
    }

    /// <summary>Steps over bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        if ((uint)count > (uint)(_data.Length - Position))
            Failed = true;
        else
            Position += count;
    }

    /// <summary>A number of some bytes that were stepped over.</summary>
    public readonly ulong FixedAt(int position, int size) => DwarfForm.ReadFixed(_data.Slice(position, size), _bigEndian);

    /// <summary>Goes on somewhere after here; anything else is damage, and would never end.</summary>
    public void JumpForward(ulong position)
    {
        if (position < (ulong)Position || position > (ulong)_data.Length)
            Failed = true;
        else
            Position = (int)position;
    }

    /// <summary>Does one step that reads nothing.</summary>
    public void Step(in PlanOp op)
    {
        switch (op.Kind)
        {
            case PlanOpKind.Skip:
                Skip(op.Argument);
                break;
            case PlanOpKind.SkipLeb128:
                while ((uint)Position < (uint)_data.Length)
                {
                    if (_data[Position++] < 0x80)
                        return;
                }

                Failed = true;
                break;
            case PlanOpKind.SkipString:
                var length = _data[Position..].IndexOf((byte)0);
                Failed |= length < 0;
                Position += length + 1;
                break;
            case PlanOpKind.SkipBlock:
                var size = Uleb();
                if (Failed || size > (ulong)(_data.Length - Position))
                    Failed = true;
                else
                    Position += (int)size;
                break;
            case PlanOpKind.SkipForm:
                Read(op.Form, 0);
                break;
            default:
                Failed = true;
                break;
        }
    }

    /// <summary>Reads a value of any form.</summary>
    public DwarfValue Read(ushort form, long implicitConst)
    {
        var c = new SpanCursor(_data, "", _bigEndian);
        if (Failed || !c.TrySeek(Position) || !DwarfForm.TryRead(ref c, form, _unit, out var value, implicitConst))
        {
            Failed = true;
            return default;
        }

        Position = c.Position;
        return value;
    }
}

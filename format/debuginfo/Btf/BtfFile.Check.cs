using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Btf.BTF_KIND;

namespace TraceKit.DebugInfo.Btf;

/// <summary>The two passes of opening: where each type begins, then whether everything it refers to is there.</summary>
public sealed partial class BtfFile
{
    /// <summary>A type's first byte, for each; its kind and size are right, what it refers to is not looked at.</summary>
    private int[] FindTypes()
    {
        var types = _types.Span;
        // Real files have 22 bytes a type; each has 12 at least, which bounds the growing.
        var offsets = new int[(types.Length / 20) + 16];
        var count = 0;
        for (var at = 0; at < types.Length; count++)
        {
            if (types.Length - at < 12)
                ThrowAt(at, BadDataCode.Truncated, "a type of at least 12 bytes", $"{types.Length - at} bytes left");
            var info = Read(types, at + 4);
            var kind = (int)(info >> 24) & 0x1f;
            var size = ExtraBytes(kind, (int)(info & 0xffff));
            if (size < 0)
                ThrowAt(at, BadDataCode.Unsupported, $"a kind of 1 to {Last}", $"kind {kind} (type {_firstType + count})");
            if (size > types.Length - at - 12)
                ThrowAt(at, BadDataCode.Truncated, $"{12 + size} bytes of type {_firstType + count}", $"{types.Length - at} bytes left");
            if (count == offsets.Length)
                Array.Resize(ref offsets, count * 2);
            offsets[count] = at;
            at += 12 + size;
        }

        Array.Resize(ref offsets, count);
        return offsets;
    }

    /// <summary>Bytes behind the common 12; under 0 for a kind that nobody knows here: where the next type begins is not known then.</summary>
    private static int ExtraBytes(int kind, int vlen) => kind switch
    {
        BTF_KIND_INT or BTF_KIND_VAR or BTF_KIND_DECL_TAG => 4,
        BTF_KIND_ARRAY => 12,
        BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_DATASEC or BTF_KIND_ENUM64 => vlen * 12,
        BTF_KIND_ENUM or BTF_KIND_FUNC_PROTO => vlen * 8,
        BTF_KIND_PTR or BTF_KIND_FWD or BTF_KIND_TYPEDEF or BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT
            or BTF_KIND_FUNC or BTF_KIND_FLOAT or BTF_KIND_TYPE_TAG => 0,
        _ => -1,
    };

    private void CheckTypes(out bool enumsSaySign, out uint longSize)
    {
        enumsSaySign = false;
        longSize = 0;
        var types = _types.Span;
        var typeCount = (uint)TypeCount;
        var stringEnd = StringEnd;
        var mask = (uint)_buckets.Length - 1;
        for (var i = 0; i < _offsets.Length; i++)
        {
            var at = _offsets[i];
            var name = Read(types, at);
            var info = Read(types, at + 4);
            var value = Read(types, at + 8);
            if (name >= stringEnd)
                ThrowName(at, name);
            var kind = (int)(info >> 24) & 0x1f;
            switch (kind)
            {
                case BTF_KIND_INT:
                    if (Read(types, at + 12) is var bits && ((bits & 0xff) > 128 || value > 16 || (bits & 0xff) > value * 8))
                        ThrowAt(at + 12, BadDataCode.InvalidValue, "an integer of at most 16 bytes", $"{bits & 0xff} bits in {value} bytes");
                    if (StringBytes(name) is var text && (text.SequenceEqual("long unsigned int"u8) || text.SequenceEqual("unsigned long"u8)))
                        longSize = value;
                    break;
                case BTF_KIND_ARRAY:
                    CheckType(types, at + 12, typeCount);
                    CheckType(types, at + 16, typeCount);
                    break;
                case BTF_KIND_ENUM or BTF_KIND_ENUM64:
                    enumsSaySign |= info >> 31 != 0;
                    CheckParts(types, at, (int)(info & 0xffff), kind == BTF_KIND_ENUM ? 8 : 12, stringEnd, typeAt: -1);
                    break;
                case BTF_KIND_STRUCT or BTF_KIND_UNION:
                    CheckParts(types, at, (int)(info & 0xffff), 12, stringEnd, typeAt: 4);
                    break;
                case BTF_KIND_DATASEC:
                    for (var part = at + 12; part < at + 12 + ((int)(info & 0xffff) * 12); part += 12)
                        CheckType(types, part, typeCount);
                    break;
                case BTF_KIND_FUNC_PROTO:
                    CheckType(types, at + 8, typeCount);
                    CheckParts(types, at, (int)(info & 0xffff), 8, stringEnd, typeAt: 4);
                    break;
                case BTF_KIND_FWD or BTF_KIND_FLOAT:
                    break;
                default:
                    CheckType(types, at + 8, typeCount);
                    break;
            }

            if (name == 0)
                continue;
            ref var bucket = ref _buckets[Bucket(name, mask)];
            _next[i] = bucket;
            bucket = i + 1;
        }

        for (var i = 0; i < _offsets.Length; i++)
        {
            var id = (uint)(_firstType + i);
            if (Kind(id) == BTF_KIND_FUNC && (SizeOrType(id) is 0 || Owner(SizeOrType(id)).Kind(SizeOrType(id)) != BTF_KIND_FUNC_PROTO))
                ThrowAt(_offsets[i] + 8, BadDataCode.InvalidValue, "the number of a BTF_KIND_FUNC_PROTO", $"{SizeOrType(id)}");
        }
    }

    /// <summary>The names, and with a place for them the types, of members, parameters, or an enum's values.</summary>
    private void CheckParts(ReadOnlySpan<byte> types, int at, int count, int size, uint stringEnd, int typeAt)
    {
        var typeCount = (uint)TypeCount;
        for (var part = at + 12; count > 0; count--, part += size)
        {
            if (Read(types, part) >= stringEnd)
                ThrowName(part, Read(types, part));
            if (typeAt >= 0 && Read(types, part + typeAt) >= typeCount)
                CheckType(types, part + typeAt, typeCount);
        }
    }

    private void CheckType(ReadOnlySpan<byte> types, int at, uint typeCount)
    {
        if (Read(types, at) >= typeCount)
            ThrowAt(at, BadDataCode.InvalidValue, $"the number of a type, under {typeCount}", $"{Read(types, at)}{NeedsBase}");
    }

    private uint Read(ReadOnlySpan<byte> types, int at) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(types[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(types[at..]);

    private static int Bucket(uint nameOffset, uint mask) => (int)((nameOffset * 0x9e3779b1u >> 7) & mask);

    [DoesNotReturn]
    private void ThrowName(int at, uint name) =>
        ThrowAt(at, BadDataCode.InvalidValue, $"a name's offset under {StringEnd}", $"{name}{NeedsBase}");

    [DoesNotReturn]
    private static void ThrowAt(int at, BadDataCode code, string expected, string found) => BadDataException.Throw("BTF types", (ulong)at, code, expected, found);
}

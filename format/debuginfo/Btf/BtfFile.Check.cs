using System.Diagnostics.CodeAnalysis;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Btf.BTF_KIND;

namespace TraceKit.DebugInfo.Btf;

/// <summary>The two passes of opening: where each type begins, then whether everything it refers to is there.</summary>
public sealed partial class BtfFile
{
    /// <summary>Where each type begins, in words; its kind and size are right, what it refers to is not looked at.</summary>
    private int[] FindTypes()
    {
        var types = Words;
        // Real files have six words a type; each has 3 at least, which bounds the growing.
        var offsets = new int[(types.Length / 5) + 16];
        var count = 0;
        for (var at = 0; at < types.Length; count++)
        {
            if (types.Length - at < 3)
                ThrowAt(at, BadDataCode.Truncated, "a type of at least 12 bytes", $"{(types.Length - at) * 4} bytes left");
            var info = types[at + 1];
            var kind = (int)(info >> 24) & 0x1f;
            var size = ExtraWords(kind, (int)(info & 0xffff));
            if (size < 0)
                ThrowAt(at, BadDataCode.Unsupported, $"a kind of 1 to {Last}", $"kind {kind} (type {_firstType + count})");
            if (size > types.Length - at - 3)
                ThrowAt(at, BadDataCode.Truncated, $"{12 + (size * 4)} bytes of type {_firstType + count}", $"{(types.Length - at) * 4} bytes left");
            if (count == offsets.Length)
                Array.Resize(ref offsets, count * 2);
            offsets[count] = at;
            at += 3 + size;
        }

        Array.Resize(ref offsets, count);
        return offsets;
    }

    /// <summary>Words behind the common three; under 0 for a kind that nobody knows here: where the next type begins is not known then.</summary>
    private static int ExtraWords(int kind, int vlen) => kind switch
    {
        BTF_KIND_INT or BTF_KIND_VAR or BTF_KIND_DECL_TAG => 1,
        BTF_KIND_ARRAY => 3,
        BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_DATASEC or BTF_KIND_ENUM64 => vlen * 3,
        BTF_KIND_ENUM or BTF_KIND_FUNC_PROTO => vlen * 2,
        BTF_KIND_PTR or BTF_KIND_FWD or BTF_KIND_TYPEDEF or BTF_KIND_VOLATILE or BTF_KIND_CONST or BTF_KIND_RESTRICT
            or BTF_KIND_FUNC or BTF_KIND_FLOAT or BTF_KIND_TYPE_TAG => 0,
        _ => -1,
    };

    private void CheckTypes(out bool enumsSaySign, out uint longSize)
    {
        enumsSaySign = false;
        longSize = 0;
        var types = Words;
        var typeCount = (uint)TypeCount;
        var stringEnd = StringEnd;
        var mask = (uint)_buckets.Length - 1;
        for (var i = 0; i < _offsets.Length; i++)
        {
            var at = _offsets[i];
            var name = types[at];
            var info = types[at + 1];
            var value = types[at + 2];
            if (name >= stringEnd)
                ThrowName(at, name);
            var kind = (int)(info >> 24) & 0x1f;
            switch (kind)
            {
                case BTF_KIND_INT:
                    if (types[at + 3] is var bits && ((bits & 0xff) > 128 || value > 16 || (bits & 0xff) > value * 8))
                        ThrowAt(at + 3, BadDataCode.InvalidValue, "an integer of at most 16 bytes", $"{bits & 0xff} bits in {value} bytes");
                    if (StringBytes(name) is var text && (text.SequenceEqual("long unsigned int"u8) || text.SequenceEqual("unsigned long"u8)))
                        longSize = value;
                    break;
                case BTF_KIND_ARRAY:
                    CheckType(types, at + 3, typeCount);
                    CheckType(types, at + 4, typeCount);
                    break;
                case BTF_KIND_ENUM or BTF_KIND_ENUM64:
                    enumsSaySign |= info >> 31 != 0;
                    CheckParts(types, at, (int)(info & 0xffff), kind == BTF_KIND_ENUM ? 2 : 3, stringEnd, typeAt: -1);
                    break;
                case BTF_KIND_STRUCT or BTF_KIND_UNION:
                    CheckParts(types, at, (int)(info & 0xffff), 3, stringEnd, typeAt: 1);
                    break;
                case BTF_KIND_DATASEC:
                    for (var part = at + 3; part < at + 3 + ((int)(info & 0xffff) * 3); part += 3)
                        CheckType(types, part, typeCount);
                    break;
                case BTF_KIND_FUNC_PROTO:
                    CheckType(types, at + 2, typeCount);
                    CheckParts(types, at, (int)(info & 0xffff), 2, stringEnd, typeAt: 1);
                    break;
                case BTF_KIND_FWD or BTF_KIND_FLOAT:
                    break;
                case BTF_KIND_FUNC:
                    CheckType(types, at + 2, typeCount);
                    if (value == 0 || Owner(value).Kind(value) != BTF_KIND_FUNC_PROTO)
                        ThrowAt(at + 2, BadDataCode.InvalidValue, "the number of a BTF_KIND_FUNC_PROTO", $"{value}");
                    break;
                default:
                    CheckType(types, at + 2, typeCount);
                    break;
            }

            if (name == 0)
                continue;
            ref var bucket = ref _buckets[Bucket(name, mask)];
            _next[i] = bucket;
            bucket = i + 1;
        }
    }

    /// <summary>The names, and with a place for them the types, of members, parameters, or an enum's values.</summary>
    private void CheckParts(ReadOnlySpan<uint> types, int at, int count, int size, uint stringEnd, int typeAt)
    {
        var typeCount = (uint)TypeCount;
        for (var part = at + 3; count > 0; count--, part += size)
        {
            if (types[part] >= stringEnd)
                ThrowName(part, types[part]);
            if (typeAt >= 0 && types[part + typeAt] >= typeCount)
                CheckType(types, part + typeAt, typeCount);
        }
    }

    private void CheckType(ReadOnlySpan<uint> types, int at, uint typeCount)
    {
        if (types[at] >= typeCount)
            ThrowAt(at, BadDataCode.InvalidValue, $"the number of a type, under {typeCount}", $"{types[at]}{NeedsBase}");
    }

    private static int Bucket(uint nameOffset, uint mask) => (int)((nameOffset * 0x9e3779b1u >> 7) & mask);

    [DoesNotReturn]
    private void ThrowName(int at, uint name) =>
        ThrowAt(at, BadDataCode.InvalidValue, $"a name's offset under {StringEnd}", $"{name}{NeedsBase}");

    [DoesNotReturn]
    private static void ThrowAt(int word, BadDataCode code, string expected, string found) => BadDataException.Throw("BTF types", (ulong)word * 4, code, expected, found);
}

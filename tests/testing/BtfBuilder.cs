using System.Text;

namespace TraceKit.Testing;

/// <summary>Writes BTF (Documentation/bpf/btf.rst) type by type, as an encoder would.</summary>
public sealed class BtfBuilder
{
    private readonly bool _bigEndian;
    private readonly ByteWriter _types;
    private readonly List<byte> _strings = [];
    private readonly Dictionary<string, uint> _names = new(StringComparer.Ordinal);
    private readonly uint _firstString;
    private uint _next;

    /// <param name="baseTypes">Of a split file: one more than the base's last type.</param>
    /// <param name="baseStrings">Of a split file: bytes of the base's strings.</param>
    public BtfBuilder(bool bigEndian = false, uint baseTypes = 1, uint baseStrings = 0)
    {
        _bigEndian = bigEndian;
        _types = new ByteWriter(bigEndian);
        _next = baseTypes;
        _firstString = baseStrings;
        if (baseStrings == 0)
            _strings.Add(0);
    }

    public uint Next => _next;

    public uint StringBytes => _firstString + (uint)_strings.Count;

    public uint Int(string name, uint size, uint encoding = 0, uint bits = 0, uint offset = 0)
    {
        var id = Type(name, 1, 0, size);
        _types.U32(encoding << 24 | offset << 16 | (bits == 0 ? size * 8 : bits));
        return id;
    }

    public uint Pointer(uint target) => Type("", 2, 0, target);

    public uint Array(uint element, uint index, uint count)
    {
        var id = Type("", 3, 0, 0);
        _types.U32(element).U32(index).U32(count);
        return id;
    }

    public uint Struct(string name, uint size, params (string Name, uint Type, uint Bits)[] members) => Composite(4, name, size, false, members);

    public uint Union(string name, uint size, params (string Name, uint Type, uint Bits)[] members) => Composite(5, name, size, false, members);

    /// <summary>With kind_flag: offsets have the bit field's size in their top byte.</summary>
    public uint BitStruct(string name, uint size, params (string Name, uint Type, uint Bits)[] members) => Composite(4, name, size, true, members);

    public uint Enum(string name, bool signed, params (string Name, int Value)[] values)
    {
        var id = Type(name, 6, values.Length, 4, signed);
        foreach (var (label, value) in values)
            _types.U32(Name(label)).U32((uint)value);
        return id;
    }

    public uint Enum64(string name, bool signed, params (string Name, long Value)[] values)
    {
        var id = Type(name, 19, values.Length, 8, signed);
        foreach (var (label, value) in values)
            _types.U32(Name(label)).U32((uint)value).U32((uint)(value >> 32));
        return id;
    }

    public uint Forward(string name, bool union = false) => Type(name, 7, 0, 0, union);

    /// <summary>TYPEDEF 8, VOLATILE 9, CONST 10, RESTRICT 11, FLOAT 16 (with a size), TYPE_TAG 18.</summary>
    public uint Plain(int kind, string name, uint value) => Type(name, kind, 0, value);

    public uint Prototype(uint result, params (string Name, uint Type)[] parameters)
    {
        var id = Type("", 13, parameters.Length, result);
        foreach (var (name, type) in parameters)
            _types.U32(Name(name)).U32(type);
        return id;
    }

    public uint Function(string name, uint prototype) => Type(name, 12, 1, prototype);

    public uint Variable(string name, uint type)
    {
        var id = Type(name, 14, 0, type);
        _types.U32(1);
        return id;
    }

    public uint Section(string name, params (uint Variable, uint Offset, uint Size)[] entries)
    {
        var id = Type(name, 15, entries.Length, 0);
        foreach (var (variable, offset, size) in entries)
            _types.U32(variable).U32(offset).U32(size);
        return id;
    }

    public uint DeclTag(string name, uint target)
    {
        var id = Type(name, 17, 0, target);
        _types.U32(uint.MaxValue);
        return id;
    }

    public byte[] Build()
    {
        var types = _types.ToArray();
        return new ByteWriter(_bigEndian).U16(0xeb9f).U8(1, 0).U32(24).U32(0).U32((uint)types.Length).U32((uint)types.Length).U32((uint)_strings.Count)
            .U8(types).U8([.. _strings]).ToArray();
    }

    private uint Composite(int kind, string name, uint size, bool flag, (string Name, uint Type, uint Bits)[] members)
    {
        var id = Type(name, kind, members.Length, size, flag);
        foreach (var (label, type, bits) in members)
            _types.U32(Name(label)).U32(type).U32(bits);
        return id;
    }

    private uint Type(string name, int kind, int vlen, uint value, bool flag = false)
    {
        _types.U32(Name(name)).U32((uint)kind << 24 | (uint)vlen | (flag ? 1u << 31 : 0)).U32(value);
        return _next++;
    }

    private uint Name(string name)
    {
        if (name.Length == 0)
            return 0;
        if (_names.TryGetValue(name, out var offset))
            return offset;
        offset = StringBytes;
        _strings.AddRange(Encoding.UTF8.GetBytes(name));
        _strings.Add(0);
        _names.Add(name, offset);
        return offset;
    }
}

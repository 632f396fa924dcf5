namespace TraceKit.DebugInfo.Btf;

/// <summary>Kinds of BTF types (<c>include/uapi/linux/btf.h</c>, Documentation/bpf/btf.rst).</summary>
public static class BTF_KIND
{
    /// <summary><c>void</c>, type 0: never stored.</summary>
    public const int BTF_KIND_UNKN = 0;

    /// <summary>Integer.</summary>
    public const int BTF_KIND_INT = 1;

    /// <summary>Pointer.</summary>
    public const int BTF_KIND_PTR = 2;

    /// <summary>Array.</summary>
    public const int BTF_KIND_ARRAY = 3;

    /// <summary>Struct.</summary>
    public const int BTF_KIND_STRUCT = 4;

    /// <summary>Union.</summary>
    public const int BTF_KIND_UNION = 5;

    /// <summary>Enum of up to 32 bits.</summary>
    public const int BTF_KIND_ENUM = 6;

    /// <summary>A struct or union that is only declared.</summary>
    public const int BTF_KIND_FWD = 7;

    /// <summary>Typedef.</summary>
    public const int BTF_KIND_TYPEDEF = 8;

    /// <summary><c>volatile</c>.</summary>
    public const int BTF_KIND_VOLATILE = 9;

    /// <summary><c>const</c>.</summary>
    public const int BTF_KIND_CONST = 10;

    /// <summary><c>restrict</c>.</summary>
    public const int BTF_KIND_RESTRICT = 11;

    /// <summary>A function: a name and a <see cref="BTF_KIND_FUNC_PROTO"/>.</summary>
    public const int BTF_KIND_FUNC = 12;

    /// <summary>What a function takes and returns.</summary>
    public const int BTF_KIND_FUNC_PROTO = 13;

    /// <summary>A variable.</summary>
    public const int BTF_KIND_VAR = 14;

    /// <summary>A section of variables.</summary>
    public const int BTF_KIND_DATASEC = 15;

    /// <summary>Floating point.</summary>
    public const int BTF_KIND_FLOAT = 16;

    /// <summary><c>btf_decl_tag</c> of a declaration.</summary>
    public const int BTF_KIND_DECL_TAG = 17;

    /// <summary><c>btf_type_tag</c>: <c>__user</c>, <c>__rcu</c>, <c>__percpu</c>.</summary>
    public const int BTF_KIND_TYPE_TAG = 18;

    /// <summary>Enum of 64 bits.</summary>
    public const int BTF_KIND_ENUM64 = 19;

    internal const int Last = BTF_KIND_ENUM64;
}

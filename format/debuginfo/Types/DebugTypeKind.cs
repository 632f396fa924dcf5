namespace TraceKit.DebugInfo.Types;

/// <summary>What kind of type a <see cref="DebugType"/> is.</summary>
public enum DebugTypeKind
{
    /// <summary>Nothing: <c>void</c>.</summary>
    Void,

    /// <summary>An integer that is not a character.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A character: <c>char</c>, <c>char32_t</c>, Rust's <c>char</c>.</summary>
    Character,

    /// <summary>A floating-point number; complex ones too.</summary>
    Float,

    /// <summary>Named integers.</summary>
    Enum,

    /// <summary>A pointer; <see cref="DebugType.Target"/> is null for <c>void *</c>.</summary>
    Pointer,

    /// <summary>A C++ reference: a pointer in memory, the referred value in expressions.</summary>
    Reference,

    /// <summary>A C++ <c>&amp;&amp;</c> reference.</summary>
    RvalueReference,

    /// <summary>A C++ pointer to member.</summary>
    MemberPointer,

    /// <summary><c>struct</c>, and the structs of Rust and Go.</summary>
    Struct,

    /// <summary>C++ <c>class</c>.</summary>
    Class,

    /// <summary><c>union</c>.</summary>
    Union,

    /// <summary>An array: <see cref="DebugType.Target"/> are its elements, <see cref="DebugType.Dimensions"/> how many.</summary>
    Array,

    /// <summary>Another name of <see cref="DebugType.Target"/>.</summary>
    Typedef,

    /// <summary><c>const</c>, <c>volatile</c>, <c>restrict</c> or <c>_Atomic</c> of <see cref="DebugType.Target"/>: <see cref="DebugType.Qualifier"/> says which.</summary>
    Qualified,

    /// <summary>A function's type: <see cref="DebugType.Target"/> is what it returns.</summary>
    Function,

    /// <summary>A type without description: <c>decltype(nullptr)</c>.</summary>
    Unspecified,
}

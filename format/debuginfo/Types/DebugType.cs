namespace TraceKit.DebugInfo.Types;

/// <summary>
/// One type of a program, whoever described it: DWARF, BTF or a prototype. What is behind it (<see cref="Target"/>, <see cref="Members"/>) is read when it is asked for,
/// so following a chain of pointers costs what it passes.
/// </summary>
/// <remarks>The same type may be several objects; a type may contain itself through pointers, so whoever walks counts its steps.</remarks>
public abstract class DebugType
{
    /// <summary>What kind of type.</summary>
    public abstract DebugTypeKind Kind { get; }

    /// <summary>The language it was written in.</summary>
    public virtual SourceLanguage Language => SourceLanguage.C;

    /// <summary>Its own name without scope and without <c>struct</c>: <c>file</c>, <c>basic_string&lt;char, …&gt;</c>; null for what has none.</summary>
    public virtual string? Name => null;

    /// <summary>With its namespaces and classes, joined as the language does (<c>std::__cxx11::basic_string&lt;…&gt;</c>, <c>main.Node</c>).</summary>
    public virtual string? QualifiedName => Name;

    /// <summary>Bytes; null where they are not known.</summary>
    public virtual ulong? ByteSize => null;

    /// <summary>Whether integers of it, enums included, have a sign.</summary>
    public virtual bool IsSigned => false;

    /// <summary>What it points to, refers to, is another name of, consists of or returns; null for nothing (<c>void</c>).</summary>
    public virtual DebugType? Target => null;

    /// <summary>Of <see cref="DebugTypeKind.Qualified"/>: <c>const</c>, <c>volatile</c>, <c>restrict</c>, <c>_Atomic</c>.</summary>
    public virtual string? Qualifier => null;

    /// <summary>Whether it is only declared: its members are elsewhere, if anywhere.</summary>
    public virtual bool IsDeclaration => false;

    /// <summary>Members in the order of declaration, base classes first, static ones left out. Of a Rust enum those that all variants share.</summary>
    public virtual IReadOnlyList<DebugMember> Members => [];

    /// <summary>Variants of a Rust enum; null for everything else.</summary>
    public virtual DebugVariants? Variants => null;

    /// <summary>Names of an enum's values.</summary>
    public virtual IReadOnlyList<DebugEnumerator> Enumerators => [];

    /// <summary>Elements of an array in each dimension; null where that is not known (<c>[]</c>).</summary>
    public virtual IReadOnlyList<ulong?> Dimensions => [];

    /// <summary>Of a function's type: what it takes, by position.</summary>
    public virtual IReadOnlyList<DebugType?> ParameterTypes => [];

    /// <summary>Types among the template arguments (C++, Rust), in order, with their names (<c>T</c>).</summary>
    public virtual IReadOnlyList<(string Name, DebugType? Type)> TemplateTypes => [];

    /// <summary>Of a <see cref="DebugTypeKind.MemberPointer"/>: the class; null when not known.</summary>
    public virtual DebugType? MemberOf => null;

    /// <summary>Of Go: where the program's own description of the type lies in the file's addresses (<c>DW_AT_go_runtime_type</c>), what an interface's type word points to.</summary>
    public virtual ulong? GoRuntimeType => null;

    /// <summary>
    /// Of a C++ class: whether a function that takes or returns it by value gets its address (a copy constructor, move constructor or destructor that is not trivial);
    /// from <c>DW_AT_calling_convention</c>, else from what the class declares. Null when not known: C's never are.
    /// </summary>
    public virtual bool? IsPassedByReference => null;
}

namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>What a node of a parsed name is. The comment gives its fields A, B, C; "list" is an index into <see cref="NodeArena"/>'s lists.</summary>
internal enum NodeKind : byte
{
    Name,              // A: offset in the mangled name, B: length
    Text,              // A: index into NodeArena.Texts
    Number,            // A: value
    AbiTag,            // A: name, B: tag
    Qualified,         // A: scope, B: name
    Local,             // A: encoding, B: entity
    Template,          // A: name, B: list
    ArgumentPack,      // B: list
    TemplateParameter, // A: index
    FunctionParameter, // A: number, 0 is this
    Constructor,       // A: class name
    Destructor,        // A: class name
    Operator,          // A: index into Operators
    LiteralOperator,   // A: suffix name
    VendorOperator,    // A: name
    Conversion,        // A: type
    Lambda,            // A: number, B: list of parameter types
    UnnamedType,       // A: number
    DefaultArgument,   // A: number, B: entity
    StructuredBinding, // B: list of names
    MemberQualifiers,  // A: name or function type, B: Qualifiers
    Encoding,          // A: name, B: function type
    Function,          // A: return type or -1, B: list of parameter types
    Noexcept,          // A: function type, B: expression or -1
    Throw,             // A: function type, B: list
    Const,             // A: type (and so on to Imaginary)
    Volatile,
    Restrict,
    Pointer,
    LvalueReference,
    RvalueReference,
    Complex,
    Imaginary,
    VendorQualifier,   // A: type, B: qualifier
    MemberPointer,     // A: class, B: type
    Array,             // A: dimension or -1, B: element
    Vector,            // A: dimension, B: element
    PackExpansion,     // A: pattern
    Decltype,          // A: expression
    Special,           // A: index into NodeArena.Texts, B: what it is for
    ConstructionVtable, // A: base, B: derived
    ReferenceTemporary, // A: name, B: number
    GlobalConstructors, // A: function
    Clone,             // A: encoding, B: suffix
    Literal,           // A: type, B: digits, C: 1 when negative
    Unary,             // A: operator, B: operand
    Suffix,            // A: operator, B: operand: x++
    Binary,            // A: operator, B: left, C: right
    Trinary,           // A: operator, B: first, C: list of the other two
    Call,              // A: function, B: list
    Cast,              // A: type, B: expression or list (C: 1)
    New,               // A: operator, B: type, C: list of placement list, initializer list
    Braced,            // A: type or -1, B: list
    ParenthesizedList, // B: list
    Fold,              // A: operator, B: list of operands, C: the letter of fl, fr, fL, fR
    Nothing,           // throw; and other operators without operand: A: operator
    VendorExpression,  // A: name, B: list
}

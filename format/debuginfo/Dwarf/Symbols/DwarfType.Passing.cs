using TraceKit.DebugInfo.Types;

namespace TraceKit.DebugInfo.Dwarf.Symbols;

internal sealed partial class DwarfType
{
    private const ulong DW_CC_pass_by_reference = 4;
    private const ulong DW_CC_pass_by_value = 5;

    private bool? _isPassedByReference;

    /// <inheritdoc/>
    /// <remarks>clang says it (DWARF 5 §5.7.1); of gcc it is what the Itanium C++ ABI §3.1.1 makes of the functions that the class declares.</remarks>
    public override bool? IsPassedByReference => Kind is DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union && Language == SourceLanguage.Cpp && !IsDeclaration
        ? _isPassedByReference ??= Passing() : null;

    private bool Passing()
    {
        var visits = new TypeVisits();
        visits.Add(this);
        while (visits.Next() is DwarfType part)
        {
            if (part.Passes(visits))
                return true;
        }

        return false;
    }

    /// <summary>Whether this class itself decides for the address; what it consists of is to be looked at after it.</summary>
    private bool Passes(TypeVisits visits)
    {
        switch (Definition.Number(DW_AT.calling_convention))
        {
            case DW_CC_pass_by_reference:
                return true;
            case DW_CC_pass_by_value:
                return false;
        }

        foreach (var child in Children)
        {
            switch (child.Tag)
            {
                case DW_TAG.subprogram when child.Text(DW_AT.name) is { } name && IsNontrivial(child, name):
                case DW_TAG.inheritance when child.Number(DW_AT.virtuality) is > 0:
                case DW_TAG.member when child.Text(DW_AT.name)?.StartsWith("_vptr", StringComparison.Ordinal) == true:
                    return true;
                case DW_TAG.inheritance:
                case DW_TAG.member when !child.Flag(DW_AT.external) && !child.Flag(DW_AT.declaration):
                    visits.Add(Composite(_symbols.TypeOf(child)));
                    break;
            }
        }

        return false;
    }

    /// <summary>The class that a member consists of, through typedefs, qualifiers and arrays; null for what is none.</summary>
    private static DwarfType? Composite(DebugType? type)
    {
        for (var steps = 0; type is { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified or DebugTypeKind.Array } && steps < MostSteps; steps++)
            type = type.Target;
        return type is { Kind: DebugTypeKind.Struct or DebugTypeKind.Class or DebugTypeKind.Union } ? type as DwarfType : null;
    }

    /// <summary>A destructor, or a constructor that copies or moves, which is neither defaulted in the class nor made by the compiler.</summary>
    private bool IsNontrivial(Entry function, string name)
    {
        var own = Name is { } full ? full.IndexOf('<') is > 0 and var templated ? full[..templated] : full : null;
        var isDestructor = name.StartsWith('~');
        if (own is null || !isDestructor && name != own || function.Number(DW_AT.defaulted) is 1 || function.Flag(DW_AT.artificial))
            return false;
        // A deleted copy constructor leaves the move constructor to decide; where that is deleted too nothing is passed at all.
        if (function.Flag(DW_AT.deleted))
            return false;
        if (isDestructor)
            return true;
        DebugType? first = null;
        var count = 0;
        foreach (var parameter in _symbols.Entries.Children(function))
        {
            if (parameter.Tag != DW_TAG.formal_parameter || parameter.Flag(DW_AT.artificial))
                continue;
            first ??= _symbols.TypeOf(parameter);
            count++;
        }

        if (count != 1 || first?.Kind is not (DebugTypeKind.Reference or DebugTypeKind.RvalueReference))
            return false;
        var target = first.Target;
        for (var steps = 0; target is { Kind: DebugTypeKind.Typedef or DebugTypeKind.Qualified } && steps < MostSteps; steps++)
            target = target.Target;
        return target is DwarfType copied && copied.QualifiedName == QualifiedName;
    }
}

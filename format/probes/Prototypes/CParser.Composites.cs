using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>Structs, unions and enums, laid out as gcc does on 64-bit Linux (System V psABI §3.1.2; bit fields: "Bit-Fields").</summary>
internal sealed partial class CParser
{
    private DebugType Composite()
    {
        Deeper();
        var word = Current.Text;
        _at++;
        var attributes = new AttributeSet();
        Attributes(attributes);
        var kind = word == "union" ? DebugTypeKind.Union : word == "class" ? DebugTypeKind.Class : DebugTypeKind.Struct;
        if (word == "class")
            _language = SourceLanguage.Cpp;
        var position = Current.Position;
        var name = Current.Kind == CTokenKind.Name && !Is("{") ? QualifiedName() : null;
        DebugType type;
        if (name is not null && Tags.TryGetValue(name, out var known))
        {
            if (Keyword(known.Kind) != Keyword(kind))
                Fail(position, $"'{name}' is the name of {Keyword(known.Kind)} {name} already");
            type = known;
        }
        else
        {
            type = new CType(kind) { Own = name, Incomplete = true, Written = word == "class" ? SourceLanguage.Cpp : SourceLanguage.C };
            if (name is not null)
                Tags[name] = type;
        }

        if (Is(":"))
            Fail(Current.Position, "base classes are not understood here: write their members first");
        if (Is("{"))
        {
            if (type is not CType { Incomplete: true } own)
                Fail(position, $"{word} {name} is defined twice");
            Members((CType)type, attributes);
        }
        else if (name is null)
        {
            FailExpected($"the name of a {word}, or '{{'");
        }
        else if (type is CType { IsDeclaration: true } declared && Elsewhere($"{(word == "class" ? "struct" : word)} {name}") is { } elsewhere)
        {
            // Its size may be asked for in the text; a definition that follows still comes first.
            declared.CompleteBy(elsewhere);
        }

        _depth--;
        return type;
    }

    private void Members(CType whole, AttributeSet attributes)
    {
        Expect("{");
        var members = new List<(string? Name, DebugType? Type, long Bits, uint Alignment, bool Packed, int Position)>();
        while (!Take("}"))
        {
            if (Current.Kind == CTokenKind.End)
                FailExpected("'}'");
            if (Take(";"))
                continue;
            if ((Is("public") || Is("private") || Is("protected")) && _tokens[_at + 1].Text == ":")
            {
                _at += 2;
                continue;
            }

            if (Is("static") || Is("friend") || Is("using"))
                Fail(Current.Position, $"'{Current.Text}' is not understood in a struct: plain members are");
            var specifiers = Specifiers();
            if (Take(";"))
            {
                // Only a struct or union without a name is a member by itself.
                if (specifiers.Type is CType { Kind: DebugTypeKind.Struct or DebugTypeKind.Union, Own: null })
                    members.Add((null, specifiers.Type, -1, 0, false, Current.Position));
                continue;
            }

            do
            {
                var position = Current.Position;
                string? name = null;
                var type = Is(":") ? specifiers.Type : Declarator(specifiers.Type, out name);
                var bits = -1L;
                if (Take(":"))
                    bits = Constant();
                var own = new AttributeSet();
                Attributes(own);
                if (bits is < -1 or > 64)
                    Fail(position, $"a bit field of {bits} bits");
                if (type is CType { Kind: DebugTypeKind.Function })
                    Fail(position, "member functions are not understood here: only data has a place");
                members.Add((name, type, bits, own.Alignment, own.IsPacked, position));
            }
            while (Take(","));
            Expect(";");
        }

        Attributes(attributes);
        Lay(whole, members, attributes);
    }

    private void Lay(CType whole, List<(string? Name, DebugType? Type, long Bits, uint Alignment, bool Packed, int Position)> members, AttributeSet attributes)
    {
        var laid = new List<DebugMember>(members.Count);
        ulong bit = 0, size = 0;
        var alignment = 1u;
        var isUnion = whole.Kind == DebugTypeKind.Union;
        for (var i = 0; i < members.Count; i++)
        {
            var (memberName, type, bits, asked, memberPacked, position) = members[i];
            var packed = attributes.IsPacked || memberPacked;
            // What is [] at the end has no bytes.
            var open = type is CType { Kind: DebugTypeKind.Array } array && array.Lengths.Contains(null);
            if ((type is null || type.IsDeclaration ? null : type.ByteSize) is not { } bytes)
            {
                Fail(position, $"the size of '{memberName}' is not known: its type is only declared");
                return;
            }

            if (isUnion)
                bit = 0;
            var natural = Math.Max(1, CType.AlignmentOf(type));
            if (bits >= 0)
            {
                var unit = bytes * 8;
                if ((ulong)bits > unit)
                    Fail(position, $"a bit field of {bits} bits in a type of {unit}");
                if (bits == 0)
                {
                    bit = AlignUp(bit, unit);
                    continue;
                }

                // A field does not go across the boundary of its type, unless packed.
                if (!packed && bit / unit != (bit + (ulong)bits - 1) / unit)
                    bit = AlignUp(bit, unit);
                if (asked > 0)
                    bit = AlignUp(bit, asked * 8);
                laid.Add(new DebugMember(memberName, type, bit, (uint)bits));
                bit += (ulong)bits;
                // An unnamed field moves others, but does not align the whole.
                if (memberName is not null)
                    alignment = Math.Max(alignment, packed ? 1 : natural);
                if (memberName is null)
                    laid.RemoveAt(laid.Count - 1);
            }
            else
            {
                var own = packed ? Math.Max(1, asked) : Math.Max(natural, asked);
                alignment = Math.Max(alignment, own);
                bit = AlignUp(bit, own * 8UL);
                laid.Add(new DebugMember(memberName, type, bit));
                bit += open ? 0 : bytes * 8;
            }

            size = Math.Max(size, (bit + 7) / 8);
            if (size > int.MaxValue)
                Fail(position, "a struct of more than 2 GiB");
        }

        alignment = Math.Max(alignment, attributes.Alignment);
        whole.Complete(AlignUp(size, alignment), alignment, laid);
    }

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) / alignment * alignment;

    private DebugType Enumeration()
    {
        Deeper();
        _at++;
        if (Is("class") || Is("struct"))
            _at++;
        Attributes(null);
        var tag = Current.Kind == CTokenKind.Name ? QualifiedName() : null;
        DebugType? underlying = null;
        if (Take(":"))
            underlying = Specifiers().Type;
        DebugType type;
        if (tag is not null && Tags.TryGetValue(tag, out var known))
        {
            type = known;
        }
        else
        {
            type = new CType(DebugTypeKind.Enum) { Own = tag, Incomplete = true };
            if (tag is not null)
                Tags[tag] = type;
        }

        if (Take("{"))
        {
            if (type is not CType { Incomplete: true } own)
                Fail(Current.Position, $"enum {tag} is defined twice");
            Values((CType)type, underlying);
        }
        else if (tag is null)
        {
            FailExpected("the name of an enum, or '{'");
        }
        else if (type is CType { IsDeclaration: true } declared)
        {
            if (Elsewhere("enum " + tag) is { } elsewhere)
                declared.CompleteBy(elsewhere);
            else
                declared.Complete(underlying?.ByteSize ?? 4, (uint)(underlying?.ByteSize ?? 4));
        }

        _depth--;
        return type;
    }

    private void Values(CType type, DebugType? underlying)
    {
        var values = new List<DebugEnumerator>();
        var next = 0L;
        bool negative = false, wide = false;
        while (!Take("}"))
        {
            if (Current.Kind != CTokenKind.Name)
                FailExpected("a name or '}'");
            var label = Current.Text;
            _at++;
            Attributes(null);
            if (Take("="))
                next = Constant();
            values.Add(new DebugEnumerator(label, next));
            _constants[label] = next;
            negative |= next < 0;
            wide |= next is < int.MinValue or > uint.MaxValue;
            next = unchecked(next + 1);
            if (!Take(",") && !Is("}"))
                FailExpected("',' or '}'");
        }

        var attributes = new AttributeSet();
        Attributes(attributes);
        var size = underlying?.ByteSize ?? (wide ? 8UL : 4);
        if (attributes.IsPacked && underlying is null)
            size = Smallest(values, negative);
        type.Values = values;
        type.Signed = underlying?.IsSigned ?? negative;
        type.Complete(size, (uint)size);
    }

    private static ulong Smallest(List<DebugEnumerator> values, bool negative)
    {
        foreach (var size in (ReadOnlySpan<int>)[1, 2, 4])
        {
            var fits = true;
            foreach (var value in values)
                fits &= negative ? value.Value >= -(1L << ((size * 8) - 1)) && value.Value < 1L << ((size * 8) - 1) : value.Value >> (size * 8) == 0;
            if (fits)
                return (ulong)size;
        }

        return 8;
    }
}

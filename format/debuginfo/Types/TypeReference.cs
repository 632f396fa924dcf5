namespace TraceKit.DebugInfo.Types;

/// <summary>A type's name as a user writes it, taken apart: <c>const struct sock **</c> is the struct <c>sock</c> behind two pointers.</summary>
/// <param name="Keyword"><c>struct</c>, <c>union</c>, <c>enum</c>, <c>class</c>; null when none was written: typedefs and everything else of that name are meant.</param>
/// <param name="Name">The name alone, blanks made single; an integer of C in the order that compilers write (<c>long unsigned int</c>).</param>
/// <param name="Pointers">Stars behind it.</param>
public sealed record TypeReference(string? Keyword, string Name, int Pointers)
{
    /// <summary>Reads a name.</summary>
    /// <returns>null when there is no name in it.</returns>
    public static TypeReference? TryParse(string text)
    {
        var rest = text.AsSpan().Trim();
        var pointers = 0;
        string? keyword = null;
        for (; ; )
        {
            if (rest.EndsWith("*"))
                pointers++;
            else if (Cut(ref rest, " const", "*const") || Cut(ref rest, " volatile", "*volatile"))
                continue;
            else
                break;
            rest = rest[..^1].TrimEnd();
        }

        for (var more = true; more;)
        {
            more = false;
            foreach (var word in (ReadOnlySpan<string>)["const", "volatile", "struct", "union", "enum", "class"])
            {
                if (!rest.StartsWith(word) || rest.Length <= word.Length || !char.IsWhiteSpace(rest[word.Length]))
                    continue;
                if (word[0] is not 'v' && word != "const")
                    keyword = word;
                rest = rest[word.Length..].TrimStart();
                more = true;
            }
        }

        if (rest.IsEmpty || pointers > 64)
            return null;
        var name = SingleBlanks(rest);
        return new TypeReference(keyword, keyword is null ? CIntegerNames.Canonical(name) ?? name : name, pointers);
    }

    /// <summary>Whether a type is of the kind that the keyword asks for.</summary>
    public bool Accepts(DebugTypeKind kind) => Keyword switch
    {
        null => true,
        "union" => kind == DebugTypeKind.Union,
        "enum" => kind == DebugTypeKind.Enum,
        _ => kind is DebugTypeKind.Struct or DebugTypeKind.Class,
    };

    /// <summary>As many pointers to a type as there are stars.</summary>
    public DebugType PointTo(DebugType type, uint pointerSize = 8)
    {
        for (var i = 0; i < Pointers; i++)
            type = new PointerType(type, pointerSize);
        return type;
    }

    /// <inheritdoc/>
    public override string ToString() => (Keyword is null ? "" : Keyword + " ") + Name + (Pointers == 0 ? "" : " " + new string('*', Pointers));

    private static bool Cut(ref ReadOnlySpan<char> rest, string afterBlank, string afterStar)
    {
        if (!rest.EndsWith(afterBlank) && !rest.EndsWith(afterStar))
            return false;
        rest = rest[..^(afterBlank.Length - 1)].TrimEnd();
        return true;
    }

    private static string SingleBlanks(ReadOnlySpan<char> text)
    {
        var result = new System.Text.StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (!char.IsWhiteSpace(letter))
                result.Append(letter);
            else if (result[^1] != ' ')
                result.Append(' ');
        }

        return result.ToString();
    }
}

/// <summary>A pointer that no description holds as such: made for a name with a star behind it, for <c>&amp;x</c>, for a container's data.</summary>
public sealed class PointerType(DebugType? target, uint byteSize = 8) : DebugType
{
    /// <inheritdoc/>
    public override DebugTypeKind Kind => DebugTypeKind.Pointer;

    /// <inheritdoc/>
    public override SourceLanguage Language => target?.Language ?? SourceLanguage.C;

    /// <inheritdoc/>
    public override ulong? ByteSize => byteSize;

    /// <inheritdoc/>
    public override DebugType? Target => target;
}

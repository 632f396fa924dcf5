using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Btf.BTF_KIND;

namespace TraceKit.DebugInfo.Btf;

/// <summary>Types, functions and variables by name.</summary>
public sealed partial class BtfFile
{
    /// <inheritdoc/>
    /// <remarks>Of several types of one name the first that is complete; a module's own before the kernel's.</remarks>
    public DebugType? FindType(string name)
    {
        if (TypeReference.TryParse(name) is not { } reference)
            return null;
        if (reference is { Name: "void", Keyword: null })
            return reference.Pointers == 0 ? null : reference with { Pointers = reference.Pointers - 1 } is var outer ? outer.PointTo(new PointerType(null, PointerSize), PointerSize) : null;
        var found = FindNamed(reference, reference.Name) ?? (CIntegerNames.Clang(reference.Name) is { } other ? FindNamed(reference, other) : null);
        return found is null ? null : reference.PointTo(found, PointerSize);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> SimilarTypes(string name)
    {
        if (TypeReference.TryParse(name) is not { } reference)
            return [];
        var names = Suggestions.NearestFew(reference.Name, NamesOfTypes(reference), 4);
        if (reference.Keyword is null)
            return names;
        var full = new string[names.Count];
        for (var i = 0; i < full.Length; i++)
            full[i] = $"{reference.Keyword} {names[i]}";
        return full;
    }

    /// <inheritdoc/>
    /// <remarks>A pattern with parameters, a scope or a source file means no function of BTF, which knows C functions by name only.</remarks>
    public IReadOnlyList<DebugFunction> FindFunctions(FunctionPattern pattern)
    {
        if (pattern.Parameters is not null || pattern.File is not null)
            return [];
        var found = new List<DebugFunction>();
        for (var file = this; file is not null; file = file.Base)
        {
            if (!pattern.IsGlob)
            {
                file.VisitNamed(Encoding.UTF8.GetBytes(pattern.Name), id => Add(file, id));
                continue;
            }

            for (var i = 0; i < file._offsets.Length; i++)
            {
                var id = (uint)(file._firstType + i);
                if (file.Kind(id) == BTF_KIND_FUNC && Glob.Matches(pattern.Name, file.String(file.NameOffset(id)) ?? ""))
                    Add(file, id);
            }
        }

        return found;

        bool Add(BtfFile file, uint id)
        {
            if (file.Kind(id) == BTF_KIND_FUNC)
                found.Add(new BtfFunction(file, id));
            return false;
        }
    }

    /// <summary>Names of all functions, a module's own before the kernel's.</summary>
    public IEnumerable<string> FunctionNames()
    {
        for (var file = this; file is not null; file = file.Base)
        {
            for (var i = 0; i < file._offsets.Length; i++)
            {
                var id = (uint)(file._firstType + i);
                if (file.Kind(id) == BTF_KIND_FUNC && file.String(file.NameOffset(id)) is { } name)
                    yield return name;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>BTF knows no code.</remarks>
    public DebugFunctionCopy? CopyAt(Svma address) => null;

    /// <inheritdoc/>
    /// <remarks>Only the type is known, and of a per-CPU variable that it is one; where the variable is must be asked of the symbols.</remarks>
    public DebugVariable? FindVariable(string name, DebugFunction? near)
    {
        BtfVariable? found = null;
        for (var file = this; file is not null && found is null; file = file.Base)
        {
            file.VisitNamed(Encoding.UTF8.GetBytes(name), id =>
            {
                if (file.Kind(id) != BTF_KIND_VAR)
                    return false;
                found = new BtfVariable(file, id, file.IsPerCpu(id));
                return true;
            });
        }

        return found;
    }

    private BtfType? FindNamed(TypeReference reference, string name)
    {
        BtfType? found = null;
        var bytes = Encoding.UTF8.GetBytes(name);
        for (var file = this; file is not null && found is null; file = file.Base)
        {
            file.VisitNamed(bytes, id =>
            {
                var kind = file.Kind(id);
                // Types are linked last to first: the lowest number wins, which is that of the kernel's core.
                if (IsComplete(kind) && reference.Accepts(BtfType.KindOf(kind, file, id)) && (found is null || id < found.Id))
                    found = new BtfType(file, id, kind);
                return false;
            });
        }

        return found;
    }

    /// <summary>Names about as long as a wrong one.</summary>
    private IEnumerable<string> NamesOfTypes(TypeReference reference)
    {
        for (var file = this; file is not null; file = file.Base)
        {
            for (var i = 0; i < file._offsets.Length; i++)
            {
                var id = (uint)(file._firstType + i);
                var kind = file.Kind(id);
                if (file.NameOffset(id) is not 0 and var name && IsComplete(kind) && reference.Accepts(BtfType.KindOf(kind, file, id))
                    && Math.Abs(file.StringBytes(name).Length - reference.Name.Length) <= (reference.Name.Length / 2) + 1)
                {
                    yield return file.String(name)!;
                }
            }
        }
    }

    private static bool IsComplete(int kind) =>
        kind is BTF_KIND_INT or BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_ENUM or BTF_KIND_TYPEDEF or BTF_KIND_FLOAT or BTF_KIND_ENUM64;

    private bool IsPerCpu(uint variable)
    {
        for (var i = _offsets.Length - 1; i >= 0; i--)
        {
            var id = (uint)(_firstType + i);
            if (Kind(id) != BTF_KIND_DATASEC)
                continue;
            for (var entry = 0; entry < Vlen(id); entry++)
            {
                if (Extra(id, entry * 3) == variable)
                    return StringBytes(NameOffset(id)).IndexOf("percpu"u8) >= 0;
            }
        }

        return false;
    }

    /// <summary>Visits this file's own types of a name, until the visitor says that it is enough.</summary>
    private void VisitNamed(ReadOnlySpan<byte> name, Func<uint, bool> visit)
    {
        if (name.IsEmpty || name.Contains((byte)0) || name.Length > InputLimits.NameBytes)
            return;
        // Names are found in the text, then types by where their name is: no string is hashed, nothing is sorted. A name may stand in the text of the base.
        Span<byte> wanted = name.Length < 256 ? stackalloc byte[name.Length + 1] : new byte[name.Length + 1];
        name.CopyTo(wanted);
        wanted[^1] = 0;
        for (var file = this; file is not null; file = file.Base)
        {
            var strings = file._strings.Span;
            for (var at = 0; ;)
            {
                var step = strings[at..].IndexOf(wanted);
                if (step < 0)
                    break;
                // Also the end of another name: an encoder may have merged them.
                if (VisitNameOffset(file._firstString + (uint)(at + step), visit))
                    return;
                at += step + 1;
            }
        }
    }

    private bool VisitNameOffset(uint nameOffset, Func<uint, bool> visit)
    {
        for (var i = _buckets[Bucket(nameOffset, (uint)_buckets.Length - 1)]; i != 0; i = _next[i - 1])
        {
            var id = (uint)(_firstType + i - 1);
            if (NameOffset(id) == nameOffset && visit(id))
                return true;
        }

        return false;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes;

/// <summary>Where in a file a user probe goes: an address proven to be the start of an instruction.</summary>
/// <remarks>
/// The kernel takes any offset. A breakpoint inside an instruction changes what the program computes, or kills it: so only a function's
/// entry, as the file's own symbol table states it, is armed.
/// </remarks>
public sealed class UserProbeTarget
{
    private UserProbeTarget(Svma address, FileOffset offset, string symbol)
    {
        Address = address;
        Offset = offset;
        Symbol = symbol;
    }

    /// <summary>The instruction's address in the file's own tables.</summary>
    public Svma Address { get; }

    /// <summary>Bytes from the start of the file to the instruction: what <c>uprobe_events</c> takes.</summary>
    public FileOffset Offset { get; }

    /// <summary>The function's name, with its version where the file gives one.</summary>
    public string Symbol { get; }

    /// <summary>Finds the place.</summary>
    /// <param name="image">The file, with the data of its symbol tables.</param>
    /// <param name="definition">What to probe.</param>
    /// <exception cref="ProbeSyntaxException">There is no such function, there are several, or probing there is not safe; the message says which.</exception>
    public static UserProbeTarget Resolve(ElfImage image, ProbeDefinition definition)
    {
        if (definition.IsReturn && IsGo(image))
        {
            throw new ProbeSyntaxException(
                definition.Text, $"{image.Name} is a Go program: a return probe replaces return addresses on stacks that Go moves, and crashes it; probe the entry instead");
        }

        if (definition.Offset != 0)
            throw new ProbeSyntaxException(definition.Text, "offsets into user functions are not available in this version: only a function's entry is proven to be the start of an instruction");
        if (!image.Is64Bit || image.Machine is not (EM_X86_64 or EM_AARCH64))
            throw new ProbeSyntaxException(definition.Text, $"{image.Name} is not a 64-bit x86 or ARM file");

        var found = FindCandidates(image, definition.Function);
        if (found.Count == 0)
            throw NotFound(image, definition);
        RemoveOldVersions(found);
        var first = found[0];
        foreach (var other in found)
        {
            if (other.Address != first.Address)
                throw new ProbeSyntaxException(definition.Text, $"several functions have this name in {image.Name}: {List(found)}; name one by its address, as in {NameOf(definition, found[0])}=0x{found[0].Address:x}");
        }

        foreach (var other in found)
        {
            if (other.Type == STT_GNU_IFUNC)
                throw new ProbeSyntaxException(definition.Text, $"{first.Name} in {image.Name} is an indirect function (IFUNC): the symbol is its resolver, which runs once; probe the implementation it picks, such as {first.Name}_avx2 or __{first.Name}_…, if the symbol table has it");
        }

        if (!image.IsCodeAddress(new Svma(first.Address)) || !image.TryToFileOffset(new Svma(first.Address), out var offset))
            throw new ProbeSyntaxException(definition.Text, $"{first.Name} at 0x{first.Address:x} is not in an executable segment of {image.Name}");
        return new UserProbeTarget(new Svma(first.Address), offset, first.Name);
    }

    /// <summary>Whether the file was made by the Go tool chain.</summary>
    public static bool IsGo(ElfImage image) =>
        image.TrySection(".gopclntab", out _) || image.TrySection(".note.go.buildid", out _) || image.TrySection(".go.buildinfo", out _)
        || image.TrySection(".data.rel.ro.gopclntab", out _);

    private readonly record struct Candidate(ulong Address, byte Type, string Name, bool OldVersion);

    /// <summary>All functions of the name, or at the address when the name is <c>0xADDRESS</c>.</summary>
    private static List<Candidate> FindCandidates(ElfImage image, string function)
    {
        var byAddress = function.StartsWith("0x", StringComparison.Ordinal);
        ulong address = 0;
        if (byAddress && !ulong.TryParse(function.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address))
            return [];
        var wanted = Encoding.UTF8.GetBytes(function);
        var found = new List<Candidate>();
        foreach (ref readonly var section in image.Sections)
        {
            if (section.Type is not (SHT_SYMTAB or SHT_DYNSYM) || section.Link >= (uint)image.Sections.Length
                || !image.TrySectionData(section, out var symbols) || !image.TrySectionData(image.Sections[(int)section.Link], out var strings))
            {
                continue;
            }

            var versions = default(ReadOnlyMemory<byte>);
            if (section.Type == SHT_DYNSYM)
                image.TrySectionData(".gnu.version", out versions);
            Scan(symbols.Span, strings.Span, versions.Span, byAddress ? default : wanted, byAddress ? address : null, found);
        }

        return found;
    }

    private static void Scan(ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> versions, ReadOnlySpan<byte> wanted, ulong? address, List<Candidate> found)
    {
        // Elf64_Sym: name u32, info u8, other u8, shndx u16, value u64, size u64
        for (var i = 0; (i + 1) * 24 <= symbols.Length; i++)
        {
            var symbol = symbols.Slice(i * 24, 24);
            var type = (byte)(symbol[4] & 0xf);
            var value = BinaryPrimitives.ReadUInt64LittleEndian(symbol[8..]);
            if (type is not (STT_FUNC or STT_GNU_IFUNC) || BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]) == SHN_UNDEF || (address is not null && value != address))
                continue;
            var nameAt = BinaryPrimitives.ReadUInt32LittleEndian(symbol);
            if (nameAt >= (uint)strings.Length)
                continue;
            var name = strings[(int)nameAt..];
            var end = name.IndexOf((byte)0);
            if (end < 0)
                continue;
            name = name[..end];
            if (address is null && !Matches(name, wanted))
                continue;
            // Bit 15 of a symbol's version: hidden, that is not the one a program linked today would get (gABI's GNU versioning).
            var old = (i + 1) * 2 <= versions.Length && (versions[(i * 2) + 1] & 0x80) != 0;
            old |= name.IndexOf((byte)'@') is var at && at >= 0 && !name[at..].StartsWith("@@"u8);
            found.Add(new Candidate(value, type, Encoding.UTF8.GetString(name), old));
        }
    }

    /// <summary>A name, or a name with the version that the symbol table appends (<c>memcpy@@GLIBC_2.14</c>).</summary>
    private static bool Matches(ReadOnlySpan<byte> name, ReadOnlySpan<byte> wanted) =>
        name.StartsWith(wanted) && (name.Length == wanted.Length || name[wanted.Length] == (byte)'@');

    /// <summary>Where a library has several versions of a function, the default one is meant.</summary>
    private static void RemoveOldVersions(List<Candidate> found)
    {
        if (found.Exists(c => !c.OldVersion))
            found.RemoveAll(c => c.OldVersion);
    }

    private static string List(List<Candidate> found)
    {
        var text = new StringBuilder();
        var shown = new HashSet<ulong>();
        foreach (var candidate in found)
        {
            if (shown.Add(candidate.Address) && shown.Count <= 8)
                text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"0x{candidate.Address:x}");
        }

        return shown.Count > 8 ? $"{text} and {shown.Count - 8} more" : text.ToString();
    }

    private static string NameOf(ProbeDefinition definition, Candidate candidate) =>
        ProbeDefinition.IsName(definition.EventName) ? definition.EventName : $"at_{candidate.Address:x}";

    private static ProbeSyntaxException NotFound(ElfImage image, ProbeDefinition definition)
    {
        if (definition.Function.StartsWith("0x", StringComparison.Ordinal))
            return new ProbeSyntaxException(definition.Text, $"no function of {image.Name} begins at {definition.Function}: only entries that its symbol table states can be probed by address");
        var stripped = !image.TrySection(".symtab", out _);
        return new ProbeSyntaxException(
            definition.Text, stripped
                ? $"no function '{definition.Function}' among the exported symbols of {image.Name}, and it is stripped of the others"
                : $"no function '{definition.Function}' in the symbol table of {image.Name}; C++ and Rust functions are named as the symbol table spells them (mangled)");
    }
}

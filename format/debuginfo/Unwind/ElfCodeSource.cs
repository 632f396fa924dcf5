using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Unwind;

/// <summary>The code of an ELF file, function by function as its symbols bound them: for objects that were built without unwind tables.</summary>
/// <remarks>Only where the file's code is at hand: snapshots usually leave it out. Immutable; safe for any number of readers.</remarks>
public sealed class ElfCodeSource : ICodeSource
{
    /// <summary>Larger ones are tables rather than functions.</summary>
    private const ulong MaximumFunction = 1 << 20;

    private readonly ElfImage _image;
    private readonly SymbolTable _symbols;

    /// <summary>Over a file and its symbols.</summary>
    public ElfCodeSource(ElfImage image, SymbolTable symbols)
    {
        _image = image;
        _symbols = symbols;
    }

    /// <inheritdoc/>
    public bool MayChange => false;

    /// <inheritdoc/>
    public bool TryFunction(Svma pc, out Svma start, out ReadOnlyMemory<byte> code)
    {
        start = default;
        code = default;
        // What a compiler splits off (.cold) is entered by jumps, with a frame already there.
        if (!_symbols.TryFind(pc, out var symbol) || symbol.Length > MaximumFunction || _symbols.NameBytes(symbol.Index).IndexOf(".cold"u8) >= 0)
            return false;
        foreach (var section in _image.Sections)
        {
            var at = symbol.Start.Value - section.Address.Value;
            if ((section.Flags & (ElfConstants.SHF_ALLOC | ElfConstants.SHF_EXECINSTR)) != (ElfConstants.SHF_ALLOC | ElfConstants.SHF_EXECINSTR) || at >= section.Size)
                continue;
            // The function alone: of a snapshot that may be all there is.
            var length = Math.Min(symbol.Length, section.Size - at);
            if (section.Type == ElfConstants.SHT_NOBITS || !_image.Image.TryRead(new FileOffset(section.Offset.Value + at), length, out code))
                return false;
            start = symbol.Start;
            return true;
        }

        return false;
    }
}

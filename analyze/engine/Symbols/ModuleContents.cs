using TraceKit.Engine.Model;
using TraceKit.Format.Dtr.Metadata;
using ModuleKind = TraceKit.Engine.Model.ModuleKind;

namespace TraceKit.Engine.Symbols;

/// <summary>How much of something a recording has.</summary>
public enum PieceState
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Some: only exported symbols, only lines that were hit.</summary>
    Part,

    /// <summary>All that there is.</summary>
    All,
}

/// <summary>What a recording has of one module by itself: nothing of this machine is looked at.</summary>
/// <param name="Module">Which.</param>
/// <param name="Symbols"><see cref="PieceState.Part"/>: only those that are exported.</param>
/// <param name="Unwind">Whether stacks can be unwound through it.</param>
/// <param name="Lines"><see cref="PieceState.Part"/>: of the units that were hit.</param>
/// <param name="Bytes">Of all its pieces, uncompressed.</param>
public sealed record ModuleContents(TraceModule Module, PieceState Symbols, bool Unwind, PieceState Lines, long Bytes)
{
    /// <summary><see cref="ModuleInfo.BlobFormat"/> of a source index that has every unit of its module.</summary>
    public const string FullIndex = "source-index-full";

    internal static ModuleContents Of(ModuleData data, IReadOnlyList<ModuleInfo> infos)
    {
        var bytes = infos.Sum(i => (long)Math.Min(i.BlobBytes, long.MaxValue / 1024));
        if (data.Module.Kind is not (ModuleKind.Elf or ModuleKind.Vdso))
            return new ModuleContents(data.Module, bytes > 0 ? PieceState.All : PieceState.None, false, PieceState.None, bytes);
        var image = data.OwnImage;
        var debug = data.OwnDebugImage;
        var isGo = image is not null && (image.HasBytes(".gopclntab") || image.HasBytes(".data.rel.ro.gopclntab"));
        var symbols = image is null ? PieceState.None
            : image.HasBytes(".symtab") || image.HasBytes(".gnu_debugdata") || isGo || debug?.HasBytes(".symtab") == true ? PieceState.All
            : image.HasBytes(".dynsym") ? PieceState.Part : PieceState.None;
        var lines = image?.HasDwarf() == true || debug?.HasDwarf() == true || isGo || infos.Any(i => i.BlobFormat == FullIndex) ? PieceState.All
            : infos.Any(i => i.Kind == Format.Dtr.Metadata.ModuleKind.SourceIndex) ? PieceState.Part : PieceState.None;
        return new ModuleContents(data.Module, symbols, image?.HasUnwind() == true || debug?.HasUnwind() == true, lines, bytes);
    }
}

using SharpCompress.Compressors.Xz;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Inflates what the base library cannot: zstd sections and the XZ stream of <c>.gnu_debugdata</c>. Safe for any number of threads.</summary>
public sealed class Decompressor : IDecompressor
{
    /// <summary>The one that is needed: it has no state.</summary>
    public static Decompressor Instance { get; } = new();

    /// <inheritdoc/>
    public byte[] Allocate(int length) => LargePages.Allocate(length);

    /// <inheritdoc/>
    public bool TryZstd(ReadOnlySpan<byte> stored, Span<byte> inflated)
    {
        using var zstd = new ZstdSharp.Decompressor();
        try
        {
            return zstd.TryUnwrap(stored, inflated, out var written) && written == inflated.Length;
        }
        catch (ZstdSharp.ZstdException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryXz(ReadOnlySpan<byte> stored, int limit, out byte[] inflated)
    {
        inflated = [];
        try
        {
            using var source = new MemoryStream(stored.ToArray(), writable: false);
            using var xz = new XZStream(source);
            using var result = new MemoryStream();
            var piece = new byte[64 << 10];
            for (int count; (count = xz.Read(piece)) > 0;)
            {
                if (count > limit - result.Length)
                    return false;
                result.Write(piece, 0, count);
            }

            inflated = result.ToArray();
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The package throws whatever its arithmetic runs into on damaged streams.
            return false;
        }
    }
}

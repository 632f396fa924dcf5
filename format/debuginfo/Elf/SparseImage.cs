using TraceKit.Binary;

namespace TraceKit.DebugInfo.Elf;

/// <summary>
/// A file of which only some pieces are at hand: each at its own file offset, everything else a hole. A whole file is one piece.
/// Or a file that is read piece by piece when asked (<see cref="OnDemand"/>).
/// </summary>
/// <remarks>Snapshots keep file offsets, so one reader serves whole files and snapshots. Immutable; safe for any number of readers.</remarks>
public sealed class SparseImage
{
    private readonly FileExtent[] _extents;
    private readonly ReadAt? _read;

    /// <summary>An image of the pieces given.</summary>
    /// <param name="length">Bytes of the whole file, holes included.</param>
    /// <param name="extents">The pieces, in any order; they may touch (then a read may cross the seam at the cost of a copy) but not overlap.</param>
    /// <exception cref="BadDataException">A piece overlaps another or ends after the file.</exception>
    public SparseImage(ulong length, ReadOnlySpan<FileExtent> extents)
    {
        Length = length;
        _extents = extents.ToArray();
        Array.Sort(_extents, static (a, b) => a.Offset.Value.CompareTo(b.Offset.Value));
        ulong end = 0;
        foreach (var extent in _extents)
        {
            var size = (ulong)extent.Bytes.Length;
            if (extent.Offset.Value < end)
                BadDataException.Throw("extents", extent.Offset.Value, BadDataCode.InvalidValue, $"an extent at or after 0x{end:x}", $"one at 0x{extent.Offset.Value:x}");
            if (extent.Offset.Value > length || size > length - extent.Offset.Value)
                BadDataException.Throw("extents", extent.Offset.Value, BadDataCode.InvalidValue, $"an end within the file's {length} bytes", $"{size} bytes at 0x{extent.Offset.Value:x}");
            end = extent.Offset.Value + size;
        }
    }

    /// <summary>An image of a whole file.</summary>
    public static SparseImage FromWhole(ReadOnlyMemory<byte> file) => new((ulong)file.Length, [new FileExtent(default, file)]);

    /// <summary>A file of which nothing is at hand yet and everything can be had: each read takes what it needs from the file, and nothing is kept here.</summary>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="read">Reads from the file; from any thread. What it cannot read counts as a hole.</param>
    public static SparseImage OnDemand(ulong length, ReadAt read) => new(length, read);

    private SparseImage(ulong length, ReadAt read)
    {
        Length = length;
        _extents = [];
        _read = read;
    }

    /// <summary>Bytes of the whole file, holes included.</summary>
    public ulong Length { get; }

    /// <summary>The pieces at hand, by offset; none of a file that is read on demand.</summary>
    public ReadOnlySpan<FileExtent> Extents => _extents;

    /// <summary>Bytes at hand.</summary>
    public ulong PresentBytes
    {
        get
        {
            ulong sum = 0;
            foreach (var extent in _extents)
                sum += (ulong)extent.Bytes.Length;
            return sum;
        }
    }

    /// <summary>The bytes at <paramref name="offset"/>, not copied where they lie in one piece.</summary>
    /// <returns>False when any of them is in a hole or after the end of the file.</returns>
    public bool TryRead(FileOffset offset, ulong count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (count > (ulong)Array.MaxLength || offset.Value > Length || count > Length - offset.Value)
            return false;
        if (count == 0)
            return true;
        if (_read is not null)
            return TryReadNow(offset.Value, (int)count, out bytes);
        var i = IndexOf(offset.Value);
        if (i < 0)
            return false;
        var skip = (int)(offset.Value - _extents[i].Offset.Value);
        var first = _extents[i].Bytes;
        if (skip >= first.Length)
            return false;
        if (count <= (ulong)(first.Length - skip))
        {
            bytes = first.Slice(skip, (int)count);
            return true;
        }

        return TryJoin(i, offset.Value, (int)count, out bytes);
    }

    /// <summary>Whether bytes are read when asked, each time anew.</summary>
    internal bool IsOnDemand => _read is not null;

    /// <summary>Reads bytes of a file that is read on demand to where they are wanted.</summary>
    internal bool TryReadTo(ulong offset, Span<byte> destination) => offset <= Length && (ulong)destination.Length <= Length - offset && _read!(offset, destination);

    /// <summary>As many of the bytes at <paramref name="offset"/> as lie in the one piece that holds the first; none in a hole.</summary>
    public ReadOnlyMemory<byte> ReadUpTo(FileOffset offset, ulong count)
    {
        if (_read is not null)
        {
            count = offset.Value >= Length ? 0 : Math.Min(Math.Min(count, Length - offset.Value), (ulong)Array.MaxLength);
            return count != 0 && TryReadNow(offset.Value, (int)count, out var now) ? now : default;
        }

        var i = IndexOf(offset.Value);
        if (i < 0)
            return default;
        var skip = offset.Value - _extents[i].Offset.Value;
        var bytes = _extents[i].Bytes;
        if (skip >= (ulong)bytes.Length)
            return default;
        bytes = bytes[(int)skip..];
        return count < (ulong)bytes.Length ? bytes[..(int)count] : bytes;
    }

    private bool TryReadNow(ulong offset, int count, out ReadOnlyMemory<byte> bytes)
    {
        var fresh = GC.AllocateUninitializedArray<byte>(count);
        var read = _read!(offset, fresh);
        bytes = read ? fresh : default;
        return read;
    }

    private bool TryJoin(int i, ulong offset, int count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        // All pieces are found before anything is allocated: a size from hostile input allocates nothing that is not here.
        var end = offset + (ulong)count;
        var last = i;
        for (var at = _extents[i].Offset.Value + (ulong)_extents[i].Bytes.Length; at < end; at += (ulong)_extents[last].Bytes.Length)
        {
            if (++last == _extents.Length || _extents[last].Offset.Value != at)
                return false;
        }

        var joined = new byte[count];
        var filled = 0;
        for (var part = i; part <= last; part++)
        {
            var source = _extents[part].Bytes.Span;
            if (part == i)
                source = source[(int)(offset - _extents[i].Offset.Value)..];
            source = source[..Math.Min(source.Length, count - filled)];
            source.CopyTo(joined.AsSpan(filled));
            filled += source.Length;
        }

        bytes = joined;
        return true;
    }

    /// <summary>The last piece that begins at or before <paramref name="offset"/>; -1 when none does.</summary>
    private int IndexOf(ulong offset)
    {
        int low = 0, high = _extents.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_extents[middle].Offset.Value <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }
}

using System.Buffers.Binary;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.DebugInfo.Dwarf;

/// <summary>
/// A large compressed section of which only some contributions (DWARF 5 §7.4: each begins with its length) are at hand: it is inflated through a small buffer, and what is not wanted is
/// forgotten. Its memory is reserved in full and touched where something was kept.
/// </summary>
/// <remarks>Inflating 257 MB this way takes a third of the time of keeping them: most of that is the kernel's, for memory.</remarks>
internal sealed class PartialSection
{
    /// <summary>A smaller section is inflated as a whole.</summary>
    internal static int WorthBytes { get; set; } = 12 << 20;

    /// <summary>Kept of every contribution: its header and, of a unit, its first entry.</summary>
    private const int HeadBytes = 4096;

    /// <summary>Passes over the section; whoever asks more often is better off with all of it.</summary>
    private const int MostPasses = 4;

    private readonly ElfImage _image;
    private readonly ElfSection _header;
    private readonly byte[] _data;
    private readonly List<(int Start, int End)> _kept = []; // by start
    private byte[] _buffer = new byte[1 << 20];
    private int _passes;

    private PartialSection(ElfImage image, in ElfSection header, int size)
    {
        _image = image;
        _header = header;
        _data = GC.AllocateUninitializedArray<byte>(size);
    }

    /// <summary>Says of a contribution whether it is wanted.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="start">Where it begins in the section.</param>
    public delegate bool IsWanted(ReadOnlySpan<byte> bytes, int start);

    /// <summary>The section; what was not kept is not to be read.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>All of it is at hand.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The heads of all contributions are at hand.</summary>
    public bool HasHeads { get; private set; }

    /// <summary>Whether another pass pays: else complete it.</summary>
    public bool WorthAPass => !IsWhole && _passes < MostPasses;

    /// <summary>Opens a section; null when it is not worth it, or not stored in a way that allows it.</summary>
    public static PartialSection? TryOpen(ElfImage image, in ElfSection header)
    {
        try
        {
            if (!image.TryOpenInflating(header, out var stream, out var size))
                return null;
            stream.Dispose();
            return size < WorthBytes ? null : new PartialSection(image, header, size);
        }
        catch (BadDataException)
        {
            return null; // told when it is opened as a whole
        }
    }

    /// <summary>Whether a position is at hand with all of its contribution.</summary>
    public bool Has(int position)
    {
        if (IsWhole)
            return true;
        int low = 0, high = _kept.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_kept[middle].Start <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && position < _kept[low - 1].End;
    }

    /// <summary>Passes over the section and keeps what is wanted; all of it when that cannot be told apart.</summary>
    /// <param name="wanted">What is.</param>
    /// <param name="last">Nothing that begins behind is wanted.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public BadDataException? Keep(IsWanted wanted, int last = int.MaxValue) => WorthAPass ? Pass(wanted, HasHeads ? last : int.MaxValue) : Complete();

    /// <summary>Brings in the contribution around an offset.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public BadDataException? Need(ulong offset)
    {
        if (offset >= (ulong)_data.Length || Has((int)offset))
            return null;
        var at = (int)offset;
        return WorthAPass ? Pass((bytes, start) => start <= at && at - start < bytes.Length, at) : Complete();
    }

    /// <summary>Brings in everything.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public BadDataException? Complete()
    {
        if (IsWhole)
            return null;
        IsWhole = HasHeads = true; // once only, damaged or not
        _buffer = [];
        try
        {
            _image.TryOpenInflating(_header, out var stream, out _);
            using (stream)
                stream!.ReadExactly(_data);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            _data.AsSpan().Clear();
            return Damage(e.Message);
        }
    }

    private BadDataException? Pass(IsWanted wanted, int last)
    {
        _passes++;
        try
        {
            _image.TryOpenInflating(_header, out var stream, out _);
            using (stream)
            {
                for (var at = 0; at < _data.Length && at <= last;)
                {
                    if (!TryContribution(stream!, at, out var length))
                        return Complete(); // not what it should be made of: whoever reads it says what is wrong
                    var bytes = _buffer.AsSpan(0, length);
                    if (!Has(at))
                    {
                        if (wanted(bytes, at))
                        {
                            bytes.CopyTo(_data.AsSpan(at));
                            Note(at, at + length);
                        }
                        else if (!HasHeads)
                        {
                            bytes[..Math.Min(length, HeadBytes)].CopyTo(_data.AsSpan(at));
                        }
                    }

                    at += length;
                }
            }

            HasHeads |= last == int.MaxValue;
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return Complete() ?? Damage(e.Message);
        }
    }

    /// <summary>Reads the next contribution into the buffer.</summary>
    private bool TryContribution(Stream stream, int at, out int length)
    {
        length = Math.Min(12, _data.Length - at);
        stream.ReadExactly(_buffer.AsSpan(0, length));
        if (length < 4)
            return true;
        ulong stated = _image.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(_buffer) : BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
        var head = 4;
        if (stated == uint.MaxValue)
        {
            if (length < 12)
                return true;
            stated = _image.IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(_buffer.AsSpan(4)) : BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(4));
            head = 12;
        }

        if (stated > (ulong)(_data.Length - at - head) || stated < (ulong)(length - head))
            return false; // broken, or so short that the next one is in the buffer already
        var whole = head + (int)stated;
        if (whole > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(whole, (int)Math.Min((long)_buffer.Length * 2, Array.MaxLength)));
        stream.ReadExactly(_buffer.AsSpan(length, whole - length));
        length = whole;
        return true;
    }

    private void Note(int start, int end)
    {
        var at = _kept.Count;
        while (at > 0 && _kept[at - 1].Start > start)
            at--;
        _kept.Insert(at, (start, end));
    }

    private BadDataException Damage(string found) => new(_image.Name, _header.Name, 0, BadDataCode.InvalidValue, $"zlib data of {_data.Length} bytes", found);
}

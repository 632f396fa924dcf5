using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;

namespace TraceKit.Engine.Symbols;

/// <summary>
/// Debug files with a memory of what they answered: to look at a few addresses of a library, its debug file would be inflated whole, each time anew. What was asked once is on the disk from then on.
/// </summary>
/// <remarks>
/// It never answers instead of the files, only faster: they must have been found, and the answers carry a mark of them and of this program; other files, another program, and they are asked anew.
/// Answers of damaged or incomplete files, and of split units, are not kept. Layout of what is kept: u64 mark, u32 addresses, addresses (u64 each, ascending), source index of those that
/// something is known of.
/// </remarks>
internal sealed class CachedSource : ISourceResolver
{
    /// <summary>More addresses of one module are not kept: then the newest ones alone.</summary>
    internal const int MaximumAddresses = 1 << 16;

    private const int HeaderBytes = 12;

    private readonly DwarfInfo _dwarf;
    private readonly SourceIndexCache _cache;
    private readonly byte[] _buildId;
    private readonly ulong _mark;
    private bool _isOpen;
    private Svma[] _addresses = [];
    private SourceIndex? _answers;

    /// <param name="dwarf">Answers what is not known yet.</param>
    /// <param name="cache">Where answers are kept.</param>
    /// <param name="buildId">Of the module.</param>
    /// <param name="mark">Of the files: <see cref="MarkOf"/>.</param>
    public CachedSource(DwarfInfo dwarf, SourceIndexCache cache, byte[] buildId, ulong mark)
    {
        _dwarf = dwarf;
        _cache = cache;
        _buildId = buildId;
        _mark = mark;
    }

    /// <summary>What the answers of some files depend on, this program included.</summary>
    public static ulong MarkOf(params ReadOnlySpan<ElfImage?> files)
    {
        var hash = 0xcbf29ce484222325UL; // FNV-1a by 64-bit words
        void Add(ulong value) => hash = (hash ^ value) * 0x100000001b3;
        Add((ulong)s_program.Value.Length);
        Add((ulong)s_program.Value.Ticks);
        foreach (var file in files)
        {
            Add(file is null ? 0 : file.Image.Length + 1);
            if (file is null)
                continue;
            foreach (var piece in file.BuildId.Span)
                Add(piece);
            foreach (ref readonly var section in file.Sections)
            {
                Add(section.Offset.Value);
                Add(section.Size);
            }
        }

        return hash;
    }

    /// <summary>Whether an address is answered without the files.</summary>
    public bool Knows(Svma address)
    {
        Open();
        return Array.BinarySearch(_addresses, address) >= 0;
    }

    /// <inheritdoc/>
    public void Resolve(ReadOnlySpan<Svma> addresses, SourceFrames frames)
    {
        Open();
        List<Svma> known = [], left = [];
        foreach (var address in addresses)
        {
            var list = Array.BinarySearch(_addresses, address) >= 0 ? known : left;
            if (list.Count == 0 || list[^1] != address)
                list.Add(address);
        }

        if (left.Count == 0)
        {
            _answers!.Resolve(addresses, frames);
            return;
        }

        SourceFrames old = new(), added = new();
        _answers?.Resolve(CollectionsMarshal.AsSpan(known), old);
        _dwarf.Resolve(CollectionsMarshal.AsSpan(left), added);
        int k = 0, l = 0;
        for (var i = 0; i < addresses.Length; i++)
        {
            if (k < known.Count && known[k] < addresses[i])
                k++;
            if (l < left.Count && left[l] < addresses[i])
                l++;
            var isKnown = k < known.Count && known[k] == addresses[i];
            Copy(isKnown ? old : added, isKnown ? k : l, frames);
        }

        if (_dwarf is { HasSplitUnits: false, DamagedUnits: 0, FirstDamage: null, MissingFiles.Count: 0 } && left.Count <= MaximumAddresses)
            Keep(left, added);
    }

    private static void Copy(SourceFrames from, int at, SourceFrames to)
    {
        foreach (ref readonly var frame in from[at])
            to.Add(frame with { Name = to.Intern(from.Text(frame.Name)), File = to.Intern(from.Text(frame.File)) });
        to.EndAddress();
    }

    private void Open()
    {
        if (_isOpen)
            return;
        _isOpen = true;
        if (_cache.TryRead(_buildId, out var kept, SourceIndexCache.AskedIndex))
            Read(kept);
    }

    private void Read(ReadOnlyMemory<byte> kept)
    {
        var span = kept.Span;
        if (span.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(span) != _mark || BinaryPrimitives.ReadUInt32LittleEndian(span[8..]) is var count && count > (uint)(span.Length - HeaderBytes) / 8)
            return;
        var addresses = new Svma[count];
        for (var i = 0; i < addresses.Length; i++)
        {
            addresses[i] = new Svma(BinaryPrimitives.ReadUInt64LittleEndian(span[(HeaderBytes + 8 * i)..]));
            if (i > 0 && addresses[i] <= addresses[i - 1])
                return;
        }

        try
        {
            _answers = SourceIndex.Read(kept[(HeaderBytes + 8 * addresses.Length)..]);
            _addresses = addresses;
        }
        catch (BadDataException)
        {
            // Not what this program wrote: asked anew.
            _answers = null;
        }
    }

    /// <summary>Keeps new answers beside those that were known.</summary>
    private void Keep(List<Svma> left, SourceFrames added)
    {
        var all = _addresses.Length + left.Count <= MaximumAddresses ? Merge(_addresses, left) : [.. left];
        var frames = new SourceFrames();
        if (all.Length > left.Count)
        {
            var old = new SourceFrames();
            _answers!.Resolve(_addresses, old);
            for (int i = 0, k = 0, l = 0; i < all.Length; i++)
            {
                var isOld = k < _addresses.Length && _addresses[k] == all[i];
                Copy(isOld ? old : added, isOld ? k++ : l++, frames);
            }
        }
        else
        {
            frames = added;
        }

        byte[] index;
        try
        {
            index = SourceIndex.OfAnswers(all, frames);
        }
        catch (BadDataException)
        {
            return; // code that lies too far apart for an index
        }

        var kept = new byte[HeaderBytes + 8 * all.Length + index.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(kept, _mark);
        BinaryPrimitives.WriteUInt32LittleEndian(kept.AsSpan(8), (uint)all.Length);
        for (var i = 0; i < all.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(kept.AsSpan(HeaderBytes + 8 * i), all[i].Value);
        index.CopyTo(kept.AsSpan(HeaderBytes + 8 * all.Length));
        if (_cache.TryWrite(_buildId, kept, SourceIndexCache.AskedIndex))
            Read(kept);
    }

    private static Svma[] Merge(Svma[] first, List<Svma> second)
    {
        Svma[] all = [.. first, .. second];
        Array.Sort(all);
        return all;
    }

    /// <summary>This program: another one may know better.</summary>
    private static readonly Lazy<(long Length, long Ticks)> s_program = new(static () =>
    {
        try
        {
            var library = Path.Join(AppContext.BaseDirectory, typeof(DwarfInfo).Assembly.GetName().Name + ".dll");
            var file = new FileInfo(File.Exists(library) ? library : Environment.ProcessPath ?? "");
            return (file.Length, file.LastWriteTimeUtc.Ticks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return default;
        }
    });
}

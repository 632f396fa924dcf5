using Microsoft.Win32.SafeHandles;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;

namespace TraceKit.Engine.DebugFiles;

/// <summary>An ELF file that is read section by section, with positioned reads: a file that shrinks while it is mapped would end the process. Or one that is in memory.</summary>
internal sealed class ElfOnDisk : IDisposable
{
    private readonly SafeFileHandle? _handle;

    private ElfOnDisk(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        Image = ElfImage.Parse(SparseImage.OnDemand((ulong)RandomAccess.GetLength(handle), Read), path, Decompressor.Instance);
    }

    private ElfOnDisk(byte[] bytes, string path)
    {
        Path = path;
        Image = ElfImage.Parse(SparseImage.FromWhole(bytes), path, Decompressor.Instance);
    }

    public string Path { get; }

    public ElfImage Image { get; }

    /// <summary>Opens a file; says why not.</summary>
    public static ElfOnDisk? TryOpen(string path, out DebugFileOutcome outcome, out string detail)
    {
        detail = "";
        SafeFileHandle? handle = null;
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            outcome = DebugFileOutcome.NotThere;
            if (!file.Exists)
                return null;

            // A pipe has no length; opening one would wait for its writer.
            outcome = DebugFileOutcome.NotUsable;
            if (file.Length < 52)
                return null;
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            outcome = DebugFileOutcome.Used;
            return new ElfOnDisk(handle, path);
        }
        catch (BadDataException e)
        {
            handle?.Dispose();
            (outcome, detail) = NotUsable(path, e);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            handle?.Dispose();
            outcome = e is FileNotFoundException or DirectoryNotFoundException ? DebugFileOutcome.NotThere : DebugFileOutcome.NotReadable;
            detail = outcome == DebugFileOutcome.NotReadable ? e.Message : "";
            return null;
        }
    }

    /// <summary>The same of a file that is in memory: a member of an archive, a piece of this process.</summary>
    public static ElfOnDisk? TryParse(byte[] bytes, string path, out DebugFileOutcome outcome, out string detail)
    {
        try
        {
            (outcome, detail) = (DebugFileOutcome.Used, "");
            return new ElfOnDisk(bytes, path);
        }
        catch (BadDataException e)
        {
            (outcome, detail) = NotUsable(path, e);
            return null;
        }
    }

    private static (DebugFileOutcome, string) NotUsable(string path, BadDataException e) =>
        (DebugFileOutcome.NotUsable, e.Code == BadDataCode.NotThisFormat ? "" : e.Message[(Math.Min(path.Length, e.Message.Length))..].TrimStart(':', ' '));

    /// <summary>CRC-32 of the whole file; false when it cannot be read.</summary>
    public bool TryCrc(out uint crc)
    {
        crc = 0;
        var piece = new byte[1 << 20];
        for (ulong at = 0; at < Image.Image.Length; at += (ulong)piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min((ulong)piece.Length, Image.Image.Length - at));
            if (_handle is not null ? !Read(at, part) : !TryCopy(at, part))
                return false;
            crc = Crc32.Append(part, crc);
        }

        return true;
    }

    public void Dispose() => _handle?.Dispose();

    private bool TryCopy(ulong offset, Span<byte> destination)
    {
        if (!Image.Image.TryRead(new FileOffset(offset), (ulong)destination.Length, out var bytes))
            return false;
        bytes.Span.CopyTo(destination);
        return true;
    }

    private bool Read(ulong offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                var count = RandomAccess.Read(_handle!, destination, (long)offset);
                if (count <= 0)
                    return false;
                destination = destination[count..];
                offset += (ulong)count;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

using TraceKit.Binary;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Text of a kernel's symbols as <c>/proc/kallsyms</c> prints it: megabytes, so it is gone over in pieces, as often as somebody needs something of it.</summary>
internal abstract class KernelText
{
    /// <summary>The largest that is read: today's have 5 to 20 MB.</summary>
    private const long MaximumBytes = 256 << 20;

    /// <summary>Goes over the text.</summary>
    /// <param name="reader">Gets what to call for the pieces.</param>
    /// <exception cref="BadDataException">It cannot be read, or is too large.</exception>
    public abstract T Read<T>(Func<Kallsyms.ReadPiece, T> reader);

    /// <summary>All of it.</summary>
    public byte[] ToArray() => Read(static read =>
    {
        using var text = new MemoryStream();
        var piece = new byte[64 << 10];
        for (int count; (count = read(piece)) > 0;)
            text.Write(piece, 0, count);
        return text.ToArray();
    });

    /// <summary>A file; null when there is none.</summary>
    public static KernelText? OfFile(string path) => File.Exists(path) ? new OnDisk(path) : null;

    /// <summary>Text that is in memory.</summary>
    public static KernelText Of(byte[] text) => new InMemory(text);

    private sealed class InMemory(byte[] text) : KernelText
    {
        public override T Read<T>(Func<Kallsyms.ReadPiece, T> reader)
        {
            var at = 0;
            return reader(piece =>
            {
                var count = Math.Min(piece.Length, text.Length - at);
                text.AsSpan(at, count).CopyTo(piece);
                at += count;
                return count;
            });
        }
    }

    private sealed class OnDisk(string path) : KernelText
    {
        public override T Read<T>(Func<Kallsyms.ReadPiece, T> reader)
        {
            try
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                long at = 0;
                return reader(piece =>
                {
                    var count = RandomAccess.Read(file, piece, at);
                    at += count;
                    if (at > MaximumBytes)
                        throw new IOException($"larger than {MaximumBytes >> 20} MiB");
                    return count;
                });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BadDataException(path, "kallsyms", 0, BadDataCode.Truncated, "a readable file", e.Message);
            }
        }
    }
}

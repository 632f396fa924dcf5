using System.Runtime.InteropServices;
using System.Text;

namespace TraceKit.Cli.Host;

/// <summary>stdout and stderr without surprises: UTF-8, buffered, and a reader that went away ends the work at once.</summary>
internal static class StandardStreams
{
    private const int EPIPE = 32;

    /// <summary>UTF-8 text to stdout; flush it before the program ends.</summary>
    public static StreamWriter OpenOut() => new(new DescriptorStream(1), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };

    /// <summary>Bytes to stdout, not buffered.</summary>
    public static Stream OpenOutBytes() => new DescriptorStream(1);

    /// <summary>Whether the exception only says that nobody reads any more: <c>tracekit script | head</c>.</summary>
    public static bool IsBrokenPipe(Exception exception) => exception is BrokenPipeException;

    /// <summary>The reader of a pipe went away.</summary>
    private sealed class BrokenPipeException() : IOException("broken pipe");

    /// <summary>
    /// write(2) on a descriptor. <see cref="Console.OpenStandardOutput()"/> swallows EPIPE, so that a long <c>script</c> would go on
    /// writing to nobody; a <see cref="FileStream"/> keeps its own position and would overwrite what stderr wrote to the same file.
    /// </summary>
    private sealed class DescriptorStream(int descriptor) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var written = Native.write(descriptor, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
                if (written >= 0)
                {
                    buffer = buffer[(int)written..];
                    continue;
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno is 4 or 11) // EINTR; EAGAIN of a terminal that somebody made non-blocking
                {
                    if (errno == 11)
                        Thread.Sleep(1);
                    continue;
                }

                throw errno == EPIPE
                    ? new BrokenPipeException()
                    : new IOException($"cannot write to stdout: {Marshal.GetPInvokeErrorMessage(errno)}");
            }
        }
    }

    private static class Native
    {
#pragma warning disable SYSLIB1054 // the generated marshalling of LibraryImport needs unsafe code, this blittable signature does not
        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nint write(int fd, ref readonly byte buffer, nuint count);
#pragma warning restore SYSLIB1054
    }
}

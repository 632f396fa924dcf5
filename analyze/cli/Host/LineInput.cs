using System.Runtime.InteropServices;
using System.Text;

namespace TraceKit.Cli.Host;

/// <summary>Lines of stdin in batches: as many as are there, so that a long list is few batches and a question of one line is answered at once.</summary>
internal sealed class LineInput
{
    /// <summary>How long more input is waited for before what is there is worked on.</summary>
    private const int PatienceMilliseconds = 20;

    private readonly Stream _input = Console.OpenStandardInput(1);
    private readonly byte[] _buffer = new byte[1 << 18];
    private readonly List<byte> _rest = [];
    private readonly int _mostLines;
    private bool _isAtEnd;

    /// <param name="mostLines">The most lines of a batch.</param>
    public LineInput(int mostLines) => _mostLines = mostLines;

    /// <summary>The next batch; false at the end of the input.</summary>
    /// <param name="lines">Gets the lines, without their ends; cleared first.</param>
    public bool TryRead(List<string> lines)
    {
        lines.Clear();
        while (!_isAtEnd && lines.Count < _mostLines && (lines.Count == 0 || IsReady()))
        {
            var count = _input.Read(_buffer);
            _isAtEnd = count == 0;
            Split(_buffer.AsSpan(0, count), lines);
        }

        if (_isAtEnd && _rest.Count > 0)
            Take(lines);
        return lines.Count > 0;
    }

    private void Split(ReadOnlySpan<byte> bytes, List<string> lines)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            _rest.AddRange(bytes[..end]);
            Take(lines);
        }

        _rest.AddRange(bytes);
    }

    private void Take(List<string> lines)
    {
        lines.Add(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_rest)).TrimEnd('\r'));
        _rest.Clear();
    }

    private static bool IsReady()
    {
        var poll = new Native.PollDescriptor { Descriptor = 0, Events = 1 }; // POLLIN
        return Native.poll(ref poll, 1, PatienceMilliseconds) != 0;
    }

    private static class Native
    {
        [StructLayout(LayoutKind.Sequential)]
        public struct PollDescriptor
        {
            public int Descriptor;
            public short Events;
            public short Returned;
        }

#pragma warning disable SYSLIB1054 // the generated marshalling of LibraryImport needs unsafe code, this blittable signature does not
        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int poll(ref PollDescriptor descriptors, nuint count, int timeout);
#pragma warning restore SYSLIB1054
    }
}

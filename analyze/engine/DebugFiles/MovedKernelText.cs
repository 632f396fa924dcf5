using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.Engine.DebugFiles;

/// <summary>A kernel's text with its own symbols where they were in the recording, and only those modules and programs that were there.</summary>
/// <param name="kernel">What was found; null when nothing.</param>
/// <param name="pieces">Modules and programs that the recording tells of.</param>
/// <param name="open">Opens the file of a module; null when it is not found.</param>
internal sealed class MovedKernelText(FoundKernel? kernel, IReadOnlyList<KernelPiece> pieces, Func<KernelPiece, ElfOnDisk?> open) : KernelText
{
    public override T Read<T>(Func<Kallsyms.ReadPiece, T> reader)
    {
        var pass = new Pass(kernel?.Moved ?? 0, pieces, open);
        return kernel is null ? reader(pass.Over(static _ => 0)) : kernel.Text.Read(read => reader(pass.Over(read)));
    }

    /// <summary>One going over.</summary>
    private sealed class Pass
    {
        private readonly ulong _moved;
        private readonly IReadOnlyList<KernelPiece> _pieces;
        private readonly Func<KernelPiece, ElfOnDisk?> _open;
        private readonly Dictionary<string, KernelPiece> _modules = new(StringComparer.Ordinal);
        private readonly HashSet<ulong> _programs = [];
        private readonly HashSet<ulong> _namedPrograms = []; // those that the kernel's own list has
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);
        private readonly byte[] _lines = new byte[64 << 10];
        private int _used;
        private readonly MemoryStream _output = new(); // what the caller had no room for
        private int _given;
        private bool _ended;

        // Lines of a module follow each other.
        private byte[] _moduleText = [];
        private string _module = "";

        public Pass(ulong moved, IReadOnlyList<KernelPiece> pieces, Func<KernelPiece, ElfOnDisk?> open)
        {
            (_moved, _pieces, _open) = (moved, pieces, open);
            foreach (var piece in pieces)
            {
                if (piece.IsProgram)
                    _programs.Add(piece.Start);
                else
                    _modules.TryAdd(piece.Name, piece);
            }

            // Behind a program nothing is its own; what begins there comes later in the list, and counts.
            foreach (var piece in pieces)
            {
                if (piece is { IsProgram: true, Length: > 0 } && piece.Start + piece.Length > piece.Start)
                    KernelTextBuilder.WriteLine(_output, piece.Start + piece.Length, 't', "_etext"u8, "bpf");
            }
        }

        public Kallsyms.ReadPiece Over(Kallsyms.ReadPiece read) => destination =>
        {
            while (_given == _output.Length && !_ended)
            {
                _output.SetLength(_given = 0);
                var count = Math.Max(read(_lines.AsSpan(_used)), 0);
                var rest = AddLines(_lines.AsSpan(0, _used + count), isLast: count == 0);
                // A line longer than the buffer is none of the kernel's.
                _used = rest.Length == _lines.Length ? 0 : rest.Length;
                rest[..Math.Min(_used, rest.Length)].CopyTo(_lines);
                if (count == 0)
                {
                    AddOthers();
                    _ended = true;
                }
            }

            var given = Math.Min(destination.Length, (int)_output.Length - _given);
            _output.GetBuffer().AsSpan(_given, given).CopyTo(destination);
            _given += given;
            return given;
        };

        private ReadOnlySpan<byte> AddLines(ReadOnlySpan<byte> text, bool isLast)
        {
            while (!text.IsEmpty)
            {
                var end = text.IndexOf((byte)'\n');
                if (end < 0 && !isLast)
                    return text;
                AddLine(end < 0 ? text : text[..end]);
                text = end < 0 ? default : text[(end + 1)..];
            }

            return default;
        }

        /// <summary>Takes a line that holds: of a module only where the recording has it at the same place.</summary>
        private void AddLine(ReadOnlySpan<byte> line)
        {
            if (line.Length < 20 || line[16] != ' ' || !ulong.TryParse(line[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
                return;
            if (_moved == 0 && line[17] is (byte)'t' or (byte)'T' or (byte)'w' or (byte)'W' && _programs.Contains(address))
                _namedPrograms.Add(address);
            var tab = line.LastIndexOf((byte)'\t');
            if (tab < 0 || line.Length < tab + 3)
            {
                if (_moved == 0)
                {
                    _output.Write(line);
                }
                else
                {
                    KernelTextBuilder.WriteAddress(_output, address + _moved);
                    _output.Write(line[16..]);
                }

                _output.WriteByte((byte)'\n');
                return;
            }

            var module = line[(tab + 2)..^1];
            if (!module.SequenceEqual(_moduleText))
            {
                _moduleText = module.ToArray();
                _module = Encoding.UTF8.GetString(module);
            }

            if (_moved != 0 || (_modules.TryGetValue(_module, out var piece) && address - piece.Start >= piece.Length))
                return;
            _known.Add(_module);
            _output.Write(line);
            _output.WriteByte((byte)'\n');
        }

        /// <summary>What the kernel's own list does not have.</summary>
        private void AddOthers()
        {
            foreach (var module in _modules.Values)
            {
                if (_known.Contains(module.Name))
                    continue;
                using var file = _open(module);
                if (file is not null)
                    KernelTextBuilder.AddModule(_output, file.Image, module);
            }

            foreach (var piece in _pieces)
            {
                if (piece.IsProgram && !_namedPrograms.Contains(piece.Start))
                    KernelTextBuilder.WriteLine(_output, piece.Start, 't', Encoding.UTF8.GetBytes(piece.Name), "bpf");
            }
        }
    }
}

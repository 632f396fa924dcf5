using System.Text;

namespace TraceKit.DebugInfo.Dwarf.Lines;

public sealed partial class LineTable
{
    /// <summary>Longer names than PATH_MAX are none of a file's: many entries may refer to one text of megabytes.</summary>
    private const int MaximumNameBytes = 4096;

    private string?[] _paths = [];

    /// <summary>How many file numbers there are, the unused 0 of versions before 5 included.</summary>
    public int FileCount => _header.Files.Count + (Version >= 5 ? 0 : 1);

    /// <summary>
    /// The path of a file: as written where it is absolute, else after its directory, and that after the compilation directory; <c>..</c> stays, as in
    /// addr2line and llvm-symbolizer.
    /// </summary>
    /// <param name="file">As rows, <c>DW_AT_decl_file</c> and <c>DW_AT_call_file</c> number them: from 0 in version 5, from 1 before.</param>
    /// <returns>Empty when there is no such file or its name is not at hand. The same object each time.</returns>
    public string FilePath(uint file)
    {
        if (file >= (uint)FileCount)
            return "";
        if (_paths.Length < FileCount)
            Array.Resize(ref _paths, FileCount);
        return _paths[file] ??= Path(file);
    }

    /// <summary>Whether the last component of a file's path is a name; no path is made.</summary>
    internal bool EndsIn(uint file, ReadOnlySpan<byte> name)
    {
        if (!TryFile(file, out var entry))
            return false;
        var bytes = Bytes(entry.Name);
        return bytes.EndsWith(name) && (bytes.Length == name.Length || bytes[^(name.Length + 1)] is (byte)'/' or (byte)'\\');
    }

    /// <summary>The MD5 of a file's content, 16 bytes.</summary>
    /// <returns>False when the table does not give it.</returns>
    public bool TryMd5(uint file, out ReadOnlySpan<byte> md5)
    {
        md5 = TryFile(file, out var entry) && entry.Md5At != 0 ? _sections[DwarfSection.Line].Span.Slice(entry.Md5At, 16) : default;
        return !md5.IsEmpty;
    }

    /// <summary>A file's content, where the producer embedded it (<c>DW_LNCT_LLVM_source</c>).</summary>
    /// <returns>False when the table does not give it.</returns>
    public bool TrySource(uint file, out ReadOnlySpan<byte> source)
    {
        source = TryFile(file, out var entry) ? Bytes(entry.Source) : default;
        return !source.IsEmpty;
    }

    private bool TryFile(uint file, out LineFile entry)
    {
        var index = Version >= 5 ? file : file - 1;
        var exists = index < (uint)_header.Files.Count;
        entry = exists ? _header.Files[(int)index] : default;
        return exists;
    }

    private string Path(uint file)
    {
        if (!TryFile(file, out var entry))
            return "";
        var name = Text(entry.Name);
        if (name.Length == 0 || IsAbsolute(name))
            return name;
        // Directory 0 is the compilation directory: it stands in the table since version 5, before that only the unit knows it.
        var index = Version >= 5 ? entry.Directory : entry.Directory - 1;
        var directory = index < (uint)_header.Directories.Count ? Text(_header.Directories[(int)index]) : "";
        return Join(IsAbsolute(directory) ? directory : Join(_compilationDirectory, directory), name);
    }

    private static string Join(string directory, string name) =>
        directory.Length == 0 ? name : name.Length == 0 ? directory : directory[^1] is '/' ? directory + name : directory + "/" + name;

    /// <summary>Also in the way of Windows, whose compilers' output is read on other systems.</summary>
    private static bool IsAbsolute(string path) =>
        path.Length > 0 && path[0] is '/' or '\\' || path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\';

    private string Text(LineText text)
    {
        var bytes = Bytes(text);
        return bytes.Length > MaximumNameBytes ? "" : Encoding.UTF8.GetString(bytes);
    }

    private ReadOnlySpan<byte> Bytes(LineText text)
    {
        var section = text.Source switch
        {
            LineTextSource.DebugLine => _sections[DwarfSection.Line],
            LineTextSource.DebugStr => _sections[DwarfSection.Str],
            LineTextSource.DebugLineStr => _sections[DwarfSection.LineStr],
            LineTextSource.SupplementaryStr => _sections.Alternate?[DwarfSection.Str] ?? default,
            _ => default,
        };
        return DwarfForm.TryCString(section.Span, text.Offset, out var bytes) ? bytes : default;
    }
}

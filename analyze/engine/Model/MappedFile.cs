namespace TraceKit.Engine.Model;

/// <summary>What a mapping record says of what is mapped.</summary>
/// <param name="Pid">Process.</param>
/// <param name="Path">Path or <c>[vdso]</c>, <c>//anon</c>, ….</param>
/// <param name="BuildId">Lower-case hex; empty when the record has none.</param>
/// <param name="Major">Device; 0 with a build-id.</param>
/// <param name="Minor">Device; 0 with a build-id.</param>
/// <param name="Inode">Inode; 0 with a build-id or without a file.</param>
/// <param name="Generation">Generation of the inode.</param>
internal readonly record struct MappedFile(int Pid, string Path, string BuildId, uint Major, uint Minor, ulong Inode, ulong Generation)
{
    /// <summary>Memory that a process makes code in: no file stands behind it, or one without content.</summary>
    /// <remarks>As perf's <c>is_anon_memory</c> and <c>is_no_dso_memory</c> have it.</remarks>
    public bool IsAnonymous =>
        Path.Length == 0
        || Path is "//anon" or "[heap]"
        || Path.StartsWith("/dev/zero", StringComparison.Ordinal)
        || Path.StartsWith("/anon_hugepage", StringComparison.Ordinal)
        || Path.StartsWith("/SYSV", StringComparison.Ordinal)
        || Path.StartsWith("[anon", StringComparison.Ordinal)
        || Path.StartsWith("anon_inode:", StringComparison.Ordinal);

    /// <summary>A file without a place (<c>memfd_create</c>): a program or library, or made code that is mapped twice.</summary>
    public bool IsInMemory => Path.StartsWith("/memfd:", StringComparison.Ordinal);

    /// <summary>Where .NET makes its code.</summary>
    public bool IsDoubleMapper => Path.StartsWith("/memfd:doublemapper", StringComparison.Ordinal);

    /// <summary>The kernel's page of code for processes.</summary>
    public bool IsVdso => Path == "[vdso]";

    /// <summary>Something that is not code.</summary>
    public bool IsData => !IsAnonymous && !IsVdso && Path.StartsWith('[');

    /// <summary>Whether addresses are counted from the start of a file.</summary>
    public bool HasFile => !IsAnonymous && !IsData;
}

using System.Globalization;
using TraceKit.Binary;
using TraceKit.Capture.Native;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Probes;

/// <summary>
/// What <c>probe</c> knew when it defined an event and the kernel does not keep: the definition as written, its place in the source, what its
/// fields mean. One file for each event in <c>/run/tracekit/probes</c>, gone with the next boot as the events are.
/// </summary>
/// <remarks>
/// A file is named <c>GROUP:EVENT</c>, of a user probe with <c>@MAJOR:MINOR:INODE</c> of the probed file behind it, and holds what the Events chunk of a recording holds
/// (FORMAT.md) with that one event. It counts only as long as the kernel's line of the event is the one that it was written for.
/// </remarks>
internal sealed class ProbeRegistry : IDisposable
{
    private const string Base = "/run";
    private const uint OthersMay = 0b111_111; // rwxrwx of group and others
    private readonly int _folder;

    private ProbeRegistry(int folder) => _folder = folder;

    /// <summary>Opens the folder; null with the reason.</summary>
    /// <param name="create">Makes it where it is missing.</param>
    public static ProbeRegistry? TryOpen(bool create, out string reason)
    {
        var at = Libc.open(Base, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        reason = at < 0 ? $"{Base}: {Errno.Text(Errno.Last)}" : "";
        var path = Base;
        foreach (var name in (ReadOnlySpan<string>)["tracekit", "probes"])
        {
            if (at < 0)
                return null;
            path += "/" + name;
            if (create)
                Libc.mkdirat(at, name, 0b111_000_000);
            var next = Libc.openat(at, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
            reason = next < 0 ? $"{path}: {Errno.Text(Errno.Last)}" : "";
            Libc.close(at);
            at = next;
            // Somebody else's folder could say anything about our events.
            if (at >= 0 && (!HostFile.TryFacts(at, out var facts) || facts.Owner != Libc.geteuid() || (facts.Mode & OthersMay) != 0))
            {
                reason = $"{path}: it is not a folder of this user alone (mode 0700)";
                Libc.close(at);
                at = -1;
            }
        }

        return at < 0 ? null : new ProbeRegistry(at);
    }

    /// <summary>Device and inode of a file, as names of entries have them.</summary>
    public static string IdentityOf(FileFacts facts) => string.Create(CultureInfo.InvariantCulture, $"{facts.DeviceMajor}:{facts.DeviceMinor}:{facts.Inode}");

    /// <summary>Keeps what is known about an event that was just defined; false with the reason.</summary>
    /// <param name="defined">The event as the kernel prints it.</param>
    /// <param name="probed">The probed file; null for the kernel.</param>
    /// <param name="description">Name, definition as written, places and arguments.</param>
    public bool TrySave(DefinedEvent defined, FileFacts? probed, EventDescription description, out string reason)
    {
        var name = defined.Name;
        if (probed is { } facts)
            name = $"{name}@{IdentityOf(facts)}";
        Remove(defined);
        var fd = Libc.openat(_folder, name, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0b110_000_000);
        if (fd < 0)
        {
            reason = Errno.Text(Errno.Last);
            return false;
        }

        var written = HostFile.WriteAll(fd, new EventTable { Events = [description] }.Encode());
        reason = written ? "" : Errno.Text(Errno.Last);
        Libc.close(fd);
        if (!written)
            Libc.unlinkat(_folder, name, 0);
        return written;
    }

    /// <summary>What was kept about an event; null when nothing was, or when the event is another one by now.</summary>
    public RegisteredProbe? Find(DefinedEvent defined)
    {
        foreach (var name in Files(defined))
        {
            if (Read(name) is { } found && found.Description.ProbeDefinition == defined.Line)
                return found;
        }

        return null;
    }

    /// <summary>Forgets an event.</summary>
    public void Remove(DefinedEvent defined)
    {
        foreach (var name in Files(defined))
            Libc.unlinkat(_folder, name, 0);
    }

    /// <summary>Forgets all events that are not defined any more, or are others by now.</summary>
    public void Sweep(List<DefinedEvent> all)
    {
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var defined in all)
            lines.Add(defined.Line);
        foreach (var name in Names())
        {
            if (Read(name)?.Description.ProbeDefinition is not { } line || !lines.Contains(line))
                Libc.unlinkat(_folder, name, 0);
        }
    }

    public void Dispose() => Libc.close(_folder);

    private List<string> Names() => HostFile.List($"/proc/self/fd/{_folder}", out _);

    private List<string> Files(DefinedEvent defined)
    {
        var names = Names();
        names.RemoveAll(n => !(n.StartsWith(defined.Name, StringComparison.Ordinal) && (n.Length == defined.Name.Length || n[defined.Name.Length] == '@')));
        return names;
    }

    private RegisteredProbe? Read(string name)
    {
        var fd = HostFile.OpenRegularIn(_folder, name, out var facts);
        if (fd < 0)
            return null;
        try
        {
            if (facts.Size > 1 << 20 || facts.Owner != Libc.geteuid())
                return null;
            var bytes = new byte[facts.Size];
            if (HostFile.ReadAt(fd, bytes, 0) != bytes.Length)
                return null;
            var table = EventTable.Decode(bytes);
            var at = name.IndexOf('@');
            return table.Events.Count == 1 ? new RegisteredProbe(table.Events[0], at < 0 ? null : name[(at + 1)..]) : null;
        }
        catch (BadDataException)
        {
            return null;
        }
        finally
        {
            Libc.close(fd);
        }
    }
}

/// <summary>One entry of the registry.</summary>
/// <param name="Description">What is known of the event; its probe definition is the kernel's line.</param>
/// <param name="File">Device and inode of the probed file when it was defined: <c>MAJOR:MINOR:INODE</c>; null for the kernel.</param>
internal sealed record RegisteredProbe(EventDescription Description, string? File);

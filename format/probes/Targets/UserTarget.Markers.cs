using System.Globalization;
using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Types;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Probes.Targets;

public sealed partial class UserTarget
{
    private IReadOnlyList<StapsdtNote>? _notes;
    private string? _notesDamage;

    /// <summary>What is wrong with the file's markers; null when nothing is.</summary>
    public string? MarkersDamage => Notes.Count >= 0 ? _notesDamage : null;

    private IReadOnlyList<StapsdtNote> Notes => _notes ??= StapsdtNotes.Read(_image, out _notesDamage);

    /// <inheritdoc/>
    public override IReadOnlyList<TargetMarker> FindMarkers(string? provider, string name)
    {
        var found = new List<TargetMarker>();
        foreach (var note in Notes)
        {
            if ((provider is null || Means(provider, note.Provider)) && Means(name, note.Name))
                found.Add(new TargetMarker(note.Provider, note.Name, note.Address, Semaphore(note), MarkerArguments.Read(note.Arguments, Machine, FindSymbol, data => StaticAt(data, note.Address))));
        }

        return found;
    }

    /// <summary>
    /// The kernel's text for memory at an address of the file, read by a probe at another: <c>@+OFFSET</c>, where the offset counts from where the file's start would be if
    /// all of it were mapped as the probed instruction is. Null when the instruction is in no mapped part.
    /// </summary>
    private string? StaticAt(Svma data, Svma place)
    {
        if (!_image.TryToFileOffset(place, out var offset))
            return null;
        var distance = unchecked((long)(data.Value - place.Value + offset.Value));
        return distance < 0 ? string.Create(CultureInfo.InvariantCulture, $"@+{distance}") : "@+0x" + distance.ToString("x", CultureInfo.InvariantCulture);
    }

    /// <summary>perf's names have one underscore where the note has two; a name is meant either way.</summary>
    private static bool Means(string pattern, string name) =>
        pattern == name || Glob.IsPattern(pattern) && Glob.Matches(pattern, name);

    /// <summary>
    /// Where the counter lies in the file. The kernel adds to two bytes there, whatever they are: so they must lie in a <c>.probes</c> section, which holds nothing else, that is writable,
    /// and mapped from the file.
    /// </summary>
    private FileOffset? Semaphore(StapsdtNote note)
    {
        var address = note.Semaphore.Value;
        if (address == 0 || (address & 1) != 0)
            return null;
        foreach (ref readonly var section in _image.Sections)
        {
            if (section.Name != ".probes" || section.Type != SHT_PROGBITS || (section.Flags & (SHF_WRITE | SHF_ALLOC)) != (SHF_WRITE | SHF_ALLOC) ||
                address - section.Address.Value >= section.Size || section.Size - (address - section.Address.Value) < 2)
            {
                continue;
            }

            foreach (ref readonly var segment in _image.Segments)
            {
                var at = address - segment.Address.Value;
                if (segment.Type == PT_LOAD && (segment.Flags & PF_W) != 0 && at < segment.FileSize && segment.FileSize - at >= 2 &&
                    segment.Offset.Value + at == section.Offset.Value + (address - section.Address.Value))
                {
                    return new FileOffset(segment.Offset.Value + at);
                }
            }
        }

        return null;
    }

    /// <summary>Why a marker that stands at an address cannot be armed; null when it can, or none stands there.</summary>
    /// <remarks>A marker whose counter cannot be used must not be armed as if it had none: the program would never take its path, and nobody would know why.</remarks>
    private string? WhyNoMarker(Svma address)
    {
        foreach (var note in Notes)
        {
            if (note.Address == address && note.Semaphore.Value != 0 && Semaphore(note) is null)
                return $"the counter of its marker {note.Provider}:{note.Name}, at 0x{note.Semaphore.Value:x}, does not lie in a writable .probes section of {Name}: counting there would change the program's data";
        }

        return null;
    }
}

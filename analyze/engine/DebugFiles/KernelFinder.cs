using TraceKit.Binary;
using TraceKit.DebugInfo.Kernel;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Finds the symbols of the kernel that was recorded, each source proven by its build-id, and moves them to where that kernel ran.</summary>
/// <remarks>
/// <para>In order: <c>--kallsyms</c>, <c>--vmlinux</c>; <c>kallsyms</c> of each build-id directory; the running kernel's <c>/proc/kallsyms</c>, with host defaults and when
/// <c>/sys/kernel/notes</c> has the recorded build-id; <c>kallsyms</c> of each archive; <c>vmlinux</c> of the build-id directories and archives, of each debug directory (<c>.build-id/xx/rest.debug</c>,
/// <c>boot/vmlinux-RELEASE</c>, <c>lib/modules/RELEASE/vmlinux</c>), of ROOT's and this machine's <c>/boot</c> and <c>/lib/modules/RELEASE</c>.</para>
/// <para>A kernel lies at a random address (KASLR): the recording's map of the kernel says where its reference symbol, <c>_text</c> or <c>_stext</c>, was; the difference to where the
/// source has it moves all of the kernel's own symbols. Modules do not move with it: of a kernel that was booted again, theirs come from their files.</para>
/// </remarks>
internal sealed class KernelFinder(DebugFileOptions options, DebugFileFinder files, KernelRequest request)
{
    private readonly List<DebugFileAttempt> _tried = [];

    /// <summary>Every place looked at, and what came of it.</summary>
    public IReadOnlyList<DebugFileAttempt> Tried => _tried;

    /// <summary>Looks for the symbols.</summary>
    /// <returns>Text as <c>/proc/kallsyms</c> has it, and how to move it to where it was in the recording; null when nothing fits.</returns>
    public FoundKernel? Find()
    {
        if (options.Kallsyms is { } given)
            return OfText(given, KernelText.OfFile(given), isGiven: true);
        if (options.Vmlinux is { } image)
            return OfImage(image, ElfOnDisk.TryOpen(image, out var why, out var detail), isGiven: true, why, detail);
        foreach (var place in files.CacheDirectoryPlaces(request.BuildId, "kallsyms"))
        {
            if (OfText(place, KernelText.OfFile(place)) is { } found)
                return found;
        }

        if (options.UseHostDefaults && OfRunning() is { } running)
            return running;
        foreach (var place in files.ArchivePlaces(request.BuildId, "kallsyms"))
        {
            if (OfText(place, files.Member(place) is { } text ? KernelText.Of(text) : null) is { } found)
                return found;
        }

        foreach (var place in files.KernelPlaces(request.BuildId, request.Release))
        {
            var file = files.Open(place, out var outcome, out var problem);
            if (OfImage(place, file, isGiven: false, outcome, problem) is { } found)
                return found;
        }

        return null;
    }

    private FoundKernel? OfRunning()
    {
        const string Place = "/proc/kallsyms";
        var id = RunningKernel.BuildId();
        var isSame = request.BuildId.Length > 0 ? id == request.BuildId : options.TrustPaths && request.Release.Length > 0 && request.Release == RunningKernel.Release();
        if (!isSame)
        {
            Note(Place, request.BuildId.Length > 0 ? DebugFileOutcome.OtherFile : DebugFileOutcome.NoIdentity, request.BuildId.Length > 0 ? $"this machine's kernel is {id}, wanted is {request.BuildId}" : "");
            return null;
        }

        return OfText(Place, KernelText.OfFile(Place));
    }

    private FoundKernel? OfText(string place, KernelText? text, bool isGiven = false)
    {
        if (text is null)
        {
            if (_tried.Count == 0 || _tried[^1].Path != place)
                Note(place, DebugFileOutcome.NotThere);
            return null;
        }

        var name = request.ReferenceAddress == 0 ? "" : request.ReferenceName.Length > 0 ? request.ReferenceName : "_text";
        Avma? reference = null;
        KallsymsState state;
        try
        {
            state = Probe(text, name, out reference);
            if (reference is null && name.Length > 0 && request.ReferenceName.Length == 0)
                Probe(text, name = "_stext", out reference);
        }
        catch (BadDataException e)
        {
            Note(place, DebugFileOutcome.NotReadable, e.Found);
            return null;
        }

        if (state != KallsymsState.Present)
        {
            Note(place, DebugFileOutcome.NotUsable, state == KallsymsState.Hidden ? "its addresses are hidden (kernel.kptr_restrict)" : "it lists no function");
            return null;
        }

        if (name.Length > 0 && reference is null)
            Note(place, DebugFileOutcome.Used, $"it has no {request.ReferenceName}: taken as it is");
        var moved = reference is { } was ? request.ReferenceAddress - was.Value : 0;
        Note(place, DebugFileOutcome.Used, (isGiven ? "used as it was given" : "used") + (moved == 0 ? "" : $", moved by 0x{moved:x}; modules left out"));
        return new FoundKernel(place, text, moved);
    }

    private static KallsymsState Probe(KernelText text, string name, out Avma? reference)
    {
        Avma? found = null;
        var state = text.Read(read => Kallsyms.Probe(read, name, out found));
        reference = found;
        return state;
    }

    private FoundKernel? OfImage(string place, ElfOnDisk? file, bool isGiven, DebugFileOutcome outcome, string detail)
    {
        using (file)
        {
            if (file is null)
            {
                Note(place, outcome, detail);
                return null;
            }

            var id = Convert.ToHexStringLower(file.Image.BuildId.Span);
            if (!isGiven && id != request.BuildId)
            {
                Note(place, id.Length == 0 || request.BuildId.Length == 0 ? DebugFileOutcome.NoIdentity : DebugFileOutcome.OtherFile, request.BuildId.Length == 0 ? "the recording has no build-id of its kernel" : $"its build-id is {id}, wanted is {request.BuildId}");
                return null;
            }

            if (isGiven && id.Length > 0 && request.BuildId.Length > 0 && id != request.BuildId)
            {
                Note(place, DebugFileOutcome.OtherFile, $"its build-id is {id}, wanted is {request.BuildId}");
                return null;
            }

            var text = VmlinuxSymbols.ToText(file.Image);
            return text.Length == 0 ? Unusable(place) : OfText(place, KernelText.Of(text), isGiven);
        }
    }

    private FoundKernel? Unusable(string place)
    {
        Note(place, DebugFileOutcome.NotUsable, "it has no symbols");
        return null;
    }

    private void Note(string place, DebugFileOutcome outcome, string detail = "") => _tried.Add(new DebugFileAttempt(place, DebugFilePurpose.Kernel, outcome, detail));
}

/// <summary>What a recording says of its kernel.</summary>
/// <param name="BuildId">In lower-case hex; empty when unknown.</param>
/// <param name="Release"><c>uname -r</c>; empty when unknown.</param>
/// <param name="ReferenceName">Symbol that its map refers to: <c>_text</c> or <c>_stext</c>; empty without one.</param>
/// <param name="ReferenceAddress">Where that was; 0 when unknown.</param>
internal sealed record KernelRequest(string BuildId, string Release, string ReferenceName, ulong ReferenceAddress);

/// <summary>Symbols of a kernel.</summary>
/// <param name="From">Where they come from.</param>
/// <param name="Text">As <c>/proc/kallsyms</c> prints them, not moved.</param>
/// <param name="Moved">What is to be added to the addresses of the kernel's own symbols.</param>
internal sealed record FoundKernel(string From, KernelText Text, ulong Moved);

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
    /// <summary>The largest <c>kallsyms</c> that is read: today's have 5 to 20 MB.</summary>
    private const int MaximumText = 256 << 20;

    /// <summary>Room for one whose size nobody says.</summary>
    private const int TextBytes = 8 << 20;

    private readonly List<DebugFileAttempt> _tried = [];

    /// <summary>Every place looked at, and what came of it.</summary>
    public IReadOnlyList<DebugFileAttempt> Tried => _tried;

    /// <summary>Looks for the symbols.</summary>
    /// <returns>Text as <c>/proc/kallsyms</c> has it, addresses as they were in the recording; null when nothing fits.</returns>
    public KernelText? Find()
    {
        if (options.Kallsyms is { } given)
            return OfText(given, ReadFile(given), isGiven: true);
        if (options.Vmlinux is { } image)
            return OfImage(image, ElfOnDisk.TryOpen(image, out var why, out var detail), isGiven: true, why, detail);
        foreach (var place in files.CacheDirectoryPlaces(request.BuildId, "kallsyms"))
        {
            if (OfText(place, ReadFile(place)) is { } found)
                return found;
        }

        if (options.UseHostDefaults && OfRunning() is { } running)
            return running;
        foreach (var place in files.ArchivePlaces(request.BuildId, "kallsyms"))
        {
            if (OfText(place, files.Member(place)) is { } found)
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

    private KernelText? OfRunning()
    {
        const string Place = "/proc/kallsyms";
        var id = RunningKernel.BuildId();
        var isSame = request.BuildId.Length > 0 ? id == request.BuildId : options.TrustPaths && request.Release.Length > 0 && request.Release == RunningKernel.Release();
        if (!isSame)
        {
            Note(Place, request.BuildId.Length > 0 ? DebugFileOutcome.OtherFile : DebugFileOutcome.NoIdentity, request.BuildId.Length > 0 ? $"this machine's kernel is {id}, wanted is {request.BuildId}" : "");
            return null;
        }

        return OfText(Place, ReadFile(Place));
    }

    private KernelText? OfText(string place, byte[]? text, bool isGiven = false)
    {
        if (text is null)
        {
            if (_tried.Count == 0 || _tried[^1].Path != place)
                Note(place, DebugFileOutcome.NotThere);
            return null;
        }

        var symbols = Kallsyms.Parse(text);
        if (symbols.State != KallsymsState.Present)
        {
            Note(place, DebugFileOutcome.NotUsable, symbols.State == KallsymsState.Hidden ? "its addresses are hidden (kernel.kptr_restrict)" : "it lists no function");
            return null;
        }

        var moved = 0UL;
        if (request.ReferenceAddress != 0)
        {
            if (Reference(symbols) is { } reference)
                moved = request.ReferenceAddress - reference;
            else
                Note(place, DebugFileOutcome.Used, $"it has no {request.ReferenceName}: taken as it is");
        }

        Note(place, DebugFileOutcome.Used, (isGiven ? "used as it was given" : "used") + (moved == 0 ? "" : $", moved by 0x{moved:x}; modules left out"));
        return new KernelText(place, text, symbols, moved);
    }

    private KernelText? OfImage(string place, ElfOnDisk? file, bool isGiven, DebugFileOutcome outcome, string detail)
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
            return text.Length == 0 ? Unusable(place) : OfText(place, text, isGiven);
        }
    }

    private KernelText? Unusable(string place)
    {
        Note(place, DebugFileOutcome.NotUsable, "it has no symbols");
        return null;
    }

    private ulong? Reference(Kallsyms symbols)
    {
        foreach (var name in (ReadOnlySpan<string>)[request.ReferenceName, "_text", "_stext"])
        {
            if (name.Length > 0 && symbols.TryFindByName(name, out var symbol))
                return symbol.Start.Value;
            if (name == request.ReferenceName && name.Length > 0)
                return null; // another symbol's address would say nothing
        }

        return null;
    }

    private byte[]? ReadFile(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // Those of /proc say that they are empty: then as much as a kernel's list mostly is.
            var length = RandomAccess.GetLength(file);
            var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(length > 0 ? length + 1 : TextBytes, MaximumText + 1));
            var used = 0;
            for (int count; (count = RandomAccess.Read(file, bytes.AsSpan(used), used)) > 0;)
            {
                used += count;
                if (used > MaximumText)
                    throw new IOException($"larger than {MaximumText >> 20} MiB");
                if (used == bytes.Length)
                    Array.Resize(ref bytes, (int)Math.Min(bytes.Length * 2L, MaximumText + 1));
            }

            Array.Resize(ref bytes, used);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Note(path, DebugFileOutcome.NotReadable, e.Message);
            return null;
        }
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
/// <param name="Symbols">The same, read.</param>
/// <param name="Moved">What is to be added to the addresses of the kernel's own symbols.</param>
internal sealed record KernelText(string From, byte[] Text, Kallsyms Symbols, ulong Moved);

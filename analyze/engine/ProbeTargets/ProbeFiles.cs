using TraceKit.Binary;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Types;
using TraceKit.Engine.DebugFiles;
using TraceKit.Engine.Symbols;
using TraceKit.Probes.Prototypes;
using TraceKit.Probes.Targets;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Engine.ProbeTargets;

/// <summary>Opens the files that a probe definition is compiled against, and keeps them open: a program with its debug file, or what describes a kernel.</summary>
public sealed class ProbeFiles : IDisposable
{
    private const string HostBtf = "/sys/kernel/btf/vmlinux";
    private const long MaxTypesFile = 1L << 30;

    private readonly ProbeFileOptions _options;
    private readonly List<IDisposable> _open = [];
    private readonly List<string> _problems = [];

    private ProbeFiles(ProbeFileOptions options) => _options = options;

    /// <summary>What is probed.</summary>
    public ProbeTarget Target { get; private set; } = null!;

    /// <summary>What is damaged or was not used, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Functions by their names for people.</summary>
    /// <param name="glob">What a name must match; null for all.</param>
    public IEnumerable<string> FunctionNames(string? glob)
    {
        if (Target is UserTarget user)
            return user.FunctionNames(glob);
        return ((KernelTarget)Target).AllFunctions().Select(f => f.DisplayName).Where(n => glob is null || Glob.Matches(glob, n));
    }

    /// <summary>Opens them.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="BadDataException">A file is not of its format.</exception>
    /// <exception cref="PrototypeException">A prototype is not C, or needs a type that nobody knows.</exception>
    /// <exception cref="ProbeTargetException">The files don't go together, or nothing can be probed in them.</exception>
    public static ProbeFiles Open(ProbeFileOptions options)
    {
        var files = new ProbeFiles(options);
        try
        {
            files.Target = options.Executable is { } path ? files.OpenUser(path) : files.OpenKernel();
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _open)
            one.Dispose();
    }

    private UserTarget OpenUser(string path)
    {
        var image = OpenElf(RealPath(path));
        var set = Keep(new DebugFileFinder(_options.DebugFiles).Find(DebugFileRequest.For(image, image.Name)));
        _problems.AddRange(set.Missing);
        var dwarf = Dwarf(set.Dwarf ?? image, image, set);
        var types = new List<ITypeSource>();
        if (dwarf is not null)
            types.Add(dwarf);
        var prototypes = new List<IFunctionSource>();
        AddOthers(types, prototypes, null);
        return new UserTarget(image, new UserTargetParts { DebugFile = set.Debug, Code = dwarf, Places = dwarf, Prototypes = prototypes, Types = types });
    }

    /// <summary>A kernel by its files; without any that of this machine.</summary>
    private KernelTarget OpenKernel()
    {
        var isHost = _options.Btf is null && _options.Vmlinux is null;
        ElfImage? vmlinux = null;
        DwarfSymbols? dwarf = null;
        BtfFile? btf = null;
        if (_options.Vmlinux is { } path)
        {
            vmlinux = OpenElf(RealPath(path));
            var set = Keep(new DebugFileFinder(_options.DebugFiles).Find(DebugFileRequest.For(vmlinux, vmlinux.Name)));
            dwarf = Dwarf(set.Dwarf ?? vmlinux, vmlinux, set);
            btf = BtfFile.FromElf(vmlinux);
        }

        if (_options.Btf is { } btfPath)
            btf = OpenBtf(btfPath);
        else if (isHost && File.Exists(HostBtf))
            btf = BtfFile.Parse(ReadAll(HostBtf), "the kernel");
        var kallsyms = isHost && File.Exists("/proc/kallsyms") ? Kallsyms.Parse(ReadAll("/proc/kallsyms").Span) : null;
        if (vmlinux is null && btf is null && kallsyms is not { State: KallsymsState.Present })
            throw new ProbeTargetException("nothing is known of a kernel here: name its BTF (--btf), its vmlinux (--vmlinux), or a program (-x)");
        var types = new List<ITypeSource>();
        if (dwarf is not null)
            types.Add(dwarf);
        var prototypes = new List<IFunctionSource>();
        AddOthers(types, prototypes, btf);
        return new KernelTarget(new KernelTargetParts
        {
            Machine = vmlinux?.Machine ?? MachineOf(btf),
            Name = isHost ? "the kernel" : $"the kernel of {_options.Vmlinux ?? _options.Btf}",
            Kallsyms = kallsyms,
            Btf = btf,
            ModuleBtf = isHost ? name => ModuleBtf(name, btf) : null,
            Vmlinux = vmlinux,
            Code = dwarf,
            Places = dwarf,
            Prototypes = prototypes,
            Types = types,
        });
    }

    /// <summary>BTF does not say of which machine it is; the registers that the kernel saves do.</summary>
    private static ushort MachineOf(BtfFile? btf)
    {
        foreach (var member in btf?.FindType("struct pt_regs")?.Members ?? [])
        {
            if (member.Name == "pstate")
                return EM_AARCH64;
        }

        return EM_X86_64;
    }

    private BtfFile OpenBtf(string path)
    {
        var data = ReadAll(path);
        if (!TypesFile.IsElf(data.Span))
            return BtfFile.Parse(data, path);
        return BtfFile.FromElf(OpenElf(path)) ?? throw new BadDataException(path, "", 0, BadDataCode.NotThisFormat, "BTF, or an ELF file with a .BTF section", "an ELF file without one");
    }

    private BtfFile? ModuleBtf(string module, BtfFile? kernel)
    {
        // Names of modules come from kallsyms, and stay names.
        var path = $"/sys/kernel/btf/{Path.GetFileName(module)}";
        try
        {
            return kernel is not null && File.Exists(path) ? BtfFile.Parse(ReadAll(path), $"the module {module}", kernel) : null;
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private void AddOthers(List<ITypeSource> types, List<IFunctionSource> prototypes, BtfFile? kernelBtf) => OtherTypes.Add(
        types,
        prototypes,
        kernelBtf,
        _options.TypesFrom,
        (path, others) => StartsAsElf(path) ? TypesFile.Open(OpenElf(RealPath(path)), OpenDwarf, kernelBtf) : TypesFile.Open(ReadAll(path), path, others, kernelBtf),
        _options.Prototypes);

    private (ITypeSource Types, IFunctionSource Functions)? OpenDwarf(ElfImage image)
    {
        var set = Keep(new DebugFileFinder(_options.DebugFiles).Find(DebugFileRequest.For(image, image.Name)));
        return Dwarf(set.Dwarf ?? image, image, set) is { } dwarf ? (dwarf, dwarf) : null;
    }

    private DwarfSymbols? Dwarf(ElfImage image, ElfImage main, DebugFileSet set)
    {
        try
        {
            if (!image.HasDwarf())
                return null;
            var info = DwarfInfo.Open(image, set.DwarfFiles);
            return info.HasUnits ? DwarfSymbols.Open(info, CfiFrames.Open(main, image), $"DWARF of {image.Name}") : null;
        }
        catch (BadDataException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private ElfImage OpenElf(string path)
    {
        if (ElfOnDisk.TryOpen(path, out var outcome, out var detail) is { } file)
            return Keep(file).Image;
        if (outcome == DebugFileOutcome.NotUsable)
            throw new BadDataException(path, "ELF header", 0, BadDataCode.NotThisFormat, "an ELF file", detail.Length > 0 ? detail : "something else");
        throw new IOException($"{path}: {(detail.Length > 0 ? detail : outcome == DebugFileOutcome.NotThere ? "no such file" : "cannot be read")}");
    }

    private static bool StartsAsElf(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> start = stackalloc byte[4];
        return RandomAccess.Read(file, start, 0) == 4 && TypesFile.IsElf(start);
    }

    /// <summary>All of a file; those of proc and sysfs tell no length.</summary>
    private static ReadOnlyMemory<byte> ReadAll(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= MaxTypesFile ? File.ReadAllBytes(path) : throw new IOException($"{path}: {length} bytes are too many for a file of types");
    }

    /// <summary>The file itself: where a link leads is what the kernel probes, and what perf prints.</summary>
    private static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        var real = new System.Text.StringBuilder("/");
        var steps = 0;
        var parts = new Stack<string>();
        Push(parts, full);
        while (parts.TryPop(out var part))
        {
            if (part == "..")
            {
                var slash = real.ToString().LastIndexOf('/');
                real.Length = Math.Max(1, slash);
                continue;
            }

            var next = real.Length == 1 ? "/" + part : $"{real}/{part}";
            string? link = null;
            try
            {
                link = new FileInfo(next).LinkTarget;
            }
            catch (IOException)
            {
                // Opening it will say what is wrong.
            }

            if (link is null || ++steps > 40)
            {
                real.Clear().Append(next);
                continue;
            }

            if (link.StartsWith('/'))
                real.Clear().Append('/');
            Push(parts, link);
        }

        return real.ToString();
    }

    private static void Push(Stack<string> parts, string path)
    {
        var split = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = split.Length - 1; i >= 0; i--)
        {
            if (split[i] != ".")
                parts.Push(split[i]);
        }
    }

    private T Keep<T>(T one)
        where T : IDisposable
    {
        _open.Add(one);
        return one;
    }
}

using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Prototypes;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Probes;

/// <summary>Opening: the file with its debug file, the kernel with its symbols and types, and who else knows types.</summary>
internal sealed partial class HostTarget
{
    /// <summary>A header of declarations, or raw BTF: read whole.</summary>
    private const int MaxTypesBytes = 64 << 20;

    /// <summary>Opens what the options name. Nothing of its debug information is read before somebody asks for it.</summary>
    /// <exception cref="CaptureException">A file cannot be read, or is not the one with the build-id that was named.</exception>
    public static HostTarget Open(TargetOptions options)
    {
        var opened = new List<IDisposable>();
        try
        {
            return options.Executable is null ? OpenKernel(options, opened) : OpenFile(options, opened);
        }
        catch (Exception e)
        {
            foreach (var file in opened)
                file.Dispose();
            throw e is BadDataException or PrototypeException ? new CaptureException(e.Message) : e;
        }
    }

    private static HostTarget OpenFile(TargetOptions options, List<IDisposable> opened)
    {
        var path = System.IO.Path.GetFullPath(options.Executable!);
        var file = ModuleFile.TryOpen(path, path, out var reason)
            ?? throw new CaptureException($"-x {options.Executable}: {reason}", "give the path of the program or library that has the function");
        opened.Add(file);
        CheckBuildId(options, file, path);
        var image = file.Open();
        var debug = OpenDebugFile(file, path, opened);
        var dwarf = TryOpenDwarf(file, debug, options, opened, out var unread);
        var types = new List<ITypeSource>();
        var functions = new List<IFunctionSource>();
        if (dwarf is not null)
            types.Add(dwarf);
        AddOthers(options, types, functions, opened);
        var target = new UserTarget(image, new UserTargetParts
        {
            DebugFile = debug?.Open(),
            Code = dwarf,
            Places = dwarf,
            Prototypes = functions,
            Types = types,
        });
        return new HostTarget(target, path, file, opened) { HasReadMuch = dwarf is not null || types.Count > 0, Unread = unread };
    }

    /// <summary>The installed debug file; null when the file has its own debug information, or there is none.</summary>
    private static ModuleFile? OpenDebugFile(ModuleFile file, string path, List<IDisposable> opened)
    {
        if (DebugSize.HasUnits(file))
            return null;
        var debug = HostDebugFiles.Find(Libc.getpid(), file, path, out var debugPath);
        if (debug is null)
            return null;
        opened.Add(debug);
        Terminal.Detail($"{path}: debug file {debugPath}");
        return debug;
    }

    private static void CheckBuildId(TargetOptions options, ModuleFile file, string path)
    {
        if (options.BuildId is not { } wanted)
            return;
        var found = Convert.ToHexStringLower(file.Headers.BuildId.Span);
        if (found.Length == 0)
            throw new CaptureException($"{path} has no build-id, so nothing tells whether it is {wanted}", "leave --build-id out if you know the file by other means");
        if (!found.StartsWith(wanted, StringComparison.Ordinal))
            throw new CaptureException($"{path} is another build: its build-id is {found}, wanted is {wanted}", "compile the definition again for this file: tracekit probe -D -x FILE");
    }

    private static void AddOthers(TargetOptions options, List<ITypeSource> types, List<IFunctionSource> functions, List<IDisposable> opened, BtfFile? btf = null) =>
        OtherTypes.Add(types, functions, btf, options.TypesFrom, (path, others) => OpenTypes(path, options, others, opened, btf), options.Prototypes);

    private static TypesFile OpenTypes(string path, TargetOptions options, IReadOnlyList<ITypeSource> others, List<IDisposable> opened, BtfFile? btf)
    {
        path = System.IO.Path.GetFullPath(path);
        var fd = HostFile.OpenRegular(path, out var facts, out var reason);
        if (fd < 0)
            throw new CaptureException($"--types-from {path}: {reason}");
        var head = new byte[4];
        var isElf = HostFile.ReadAt(fd, head, 0) == 4 && TypesFile.IsElf(head);
        Libc.close(fd);
        if (!isElf)
        {
            return facts.Size > MaxTypesBytes
                ? throw new CaptureException($"--types-from {path}: {Quantity.FormatSize((long)facts.Size)} is more than is read of a file that is no ELF file")
                : TypesFile.Open(HostFile.TryReadAll(path, out _, MaxTypesBytes) ?? [], path, others, btf);
        }

        var file = ModuleFile.TryOpen(path, path, out reason) ?? throw new CaptureException($"--types-from {path}: {reason}");
        opened.Add(file);
        return TypesFile.Open(
            file.Open(),
            _ =>
            {
                var debug = OpenDebugFile(file, path, opened);
                var dwarf = TryOpenDwarf(file, debug, options, opened, out var unread);
                return unread is not null ? throw new CaptureException($"--types-from {path}: {unread}") : dwarf is null ? null : (dwarf, dwarf);
            },
            btf);
    }
}

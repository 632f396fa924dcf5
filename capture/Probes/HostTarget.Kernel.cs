using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Btf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Kernel;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Targets;

namespace TraceKit.Capture.Probes;

/// <summary>The kernel: <c>/proc/kallsyms</c>, its BTF and its modules', an installed vmlinux of the same build.</summary>
internal sealed partial class HostTarget
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux", Blacklist = "/sys/kernel/debug/kprobes/blacklist";

    private static HostTarget OpenKernel(TargetOptions options, List<IDisposable> opened)
    {
        if (options.BuildId is not null)
            throw new UsageException("--build-id is of a file: name it with -x");
        var btf = OpenBtf(options);
        var vmlinux = OpenVmlinux(options, opened);
        string? unread = null;
        var dwarf = vmlinux is null ? null : TryOpenDwarf(vmlinux, null, options, opened, out unread);
        var types = new List<ITypeSource>();
        var functions = new List<IFunctionSource>();
        if (dwarf is not null)
            types.Add(dwarf);
        AddOthers(options, types, functions, opened, btf);
        var target = new KernelTarget(new KernelTargetParts
        {
            Machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? ElfConstants.EM_AARCH64 : ElfConstants.EM_X86_64,
            Name = $"the kernel {KernelFeatures.Release}",
            Kallsyms = ReadKallsyms(),
            DataSymbol = FindDataSymbol,
            Btf = btf,
            ModuleBtf = name => ReadBtf($"/sys/kernel/btf/{name}", btf),
            Vmlinux = vmlinux?.Open(),
            Code = dwarf,
            Places = dwarf,
            Prototypes = functions,
            Types = types,
            Blacklist = HostFile.TryReadText(Blacklist),
        });
        return new HostTarget(target, null, null, opened) { HasReadMuch = true, Unread = unread };
    }

    private static BtfFile? OpenBtf(TargetOptions options)
    {
        if (options.Btf is null)
            return ReadBtf(KernelBtf, null);
        var path = System.IO.Path.GetFullPath(options.Btf);
        var bytes = HostFile.TryReadAll(path, out var error) ?? throw new CaptureException($"--btf {path}: {Errno.Text(error)}");
        return TraceKit.Probes.Prototypes.TypesFile.IsElf(bytes)
            ? BtfFile.FromElf(ElfImage.Parse(bytes, path)) ?? throw new CaptureException($"--btf {path}: it has no .BTF section")
            : BtfFile.Parse(bytes, path);
    }

    private static BtfFile? ReadBtf(string path, BtfFile? baseFile)
    {
        if (HostFile.TryReadAll(path, out _) is not { } bytes)
            return null;
        try
        {
            return BtfFile.Parse(bytes, baseFile is null ? "the kernel" : path, baseFile);
        }
        catch (BadDataException e)
        {
            Terminal.Notice($"{path} is not used: {e.Message}");
            return null;
        }
    }

    /// <summary>The one that was named, or one that is installed and of the running build.</summary>
    private static ModuleFile? OpenVmlinux(TargetOptions options, List<IDisposable> opened)
    {
        if (options.Vmlinux is { } named)
        {
            var file = ModuleFile.TryOpen(named, named, out var reason) ?? throw new CaptureException($"--vmlinux {named}: {reason}");
            opened.Add(file);
            return file;
        }

        var running = KernelSnapshot.BuildId();
        var release = KernelFeatures.Release;
        foreach (var path in (ReadOnlySpan<string>)[
            $"/usr/lib/debug/boot/vmlinux-{release}", $"/usr/lib/debug/lib/modules/{release}/vmlinux", $"/boot/vmlinux-{release}", $"/lib/modules/{release}/build/vmlinux",
        ])
        {
            if (running.Length == 0 || !HostFile.Exists(path) || ModuleFile.TryOpen(path, path, out _) is not { } file)
                continue;
            if (file.Headers.BuildId.Span.SequenceEqual(running))
            {
                opened.Add(file);
                return file;
            }

            Terminal.Detail($"{path} is of another build than the running kernel, and not used");
            file.Dispose();
        }

        return null;
    }

    private static Kallsyms? ReadKallsyms()
    {
        var fd = Libc.open("/proc/kallsyms", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return null;
        var symbols = Kallsyms.Read(piece => HostFile.Read(fd, piece));
        Libc.close(fd);
        return symbols;
    }

    /// <summary>Data symbols are looked for in the text itself: most definitions name none.</summary>
    private static Avma? FindDataSymbol(string name)
    {
        var fd = Libc.open("/proc/kallsyms", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return null;
        var found = Kallsyms.FindAddress(piece => HostFile.Read(fd, piece), name);
        Libc.close(fd);
        return found;
    }
}

using TraceKit.Capture.Cli;
using TraceKit.Capture.Native;
using TraceKit.Capture.Snapshots;
using TraceKit.DebugInfo.Cfi;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Dwarf.Symbols;

namespace TraceKit.Capture.Probes;

/// <summary>Debug information, bounded: going through it takes CPU and memory of a host that has other things to do.</summary>
internal sealed partial class HostTarget
{
    /// <summary>The debug information of a file; null when there is none, or with the reason why it is not read.</summary>
    private static DwarfSymbols? TryOpenDwarf(ModuleFile file, ModuleFile? debug, TargetOptions options, List<IDisposable> opened, out string? unread)
    {
        unread = null;
        var units = debug ?? file;
        if (!DebugSize.HasUnits(units))
            return null;
        var alternate = HostDebugFiles.FindAlternate(Libc.getpid(), units, units.Headers.Name, out _, out var missing);
        if (missing is not null)
            Terminal.Detail($"{units.Headers.Name}: {missing}");
        if (alternate is not null)
            opened.Add(alternate);
        var bytes = (long)(DebugSize.Of(units, IsDebugSection) + (alternate is null ? 0 : DebugSize.Of(alternate, IsDebugSection)));
        if (bytes > options.MaxDebug)
        {
            unread = $"the debug information of {units.Headers.Name} is not read: {Quantity.FormatSize(bytes)} is over the {Quantity.FormatSize(options.MaxDebug)} that are read here; "
                + "compile the definition on a workstation that has this file ('tracekit probe -D -x FILE DEFINITION') and give the line that it prints, or allow more with --max-debug SIZE";
            Terminal.Detail(unread);
            return null;
        }

        var image = units.Open();
        var info = DwarfInfo.Open(image, new DwarfFiles { Alternate = alternate?.Open() });
        return DwarfSymbols.Open(info, debug is null ? CfiFrames.Open(image) : CfiFrames.Open(file.Open(), image), $"DWARF of {units.Headers.Name}");
    }

    private static bool IsDebugSection(string name) => name.StartsWith(".debug_", StringComparison.Ordinal) || name.StartsWith(".zdebug_", StringComparison.Ordinal);
}

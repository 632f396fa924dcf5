using System.Diagnostics;
using System.Text;
using TraceKit.Format.Tracefs;

namespace TraceKit.Format.Tests.Tracefs;

/// <summary>The texts of made-up records of all of this kernel's tracepoints against what <c>perf script</c> makes of the same file.</summary>
public sealed class PrintFormatOracleTests
{
    /// <summary>Of this kernel, or of another one (TRACEKIT_FORMATS: a copy of its folder of events).</summary>
    private static readonly string s_events = Environment.GetEnvironmentVariable("TRACEKIT_FORMATS") is { Length: > 0 } folder ? folder : "/sys/kernel/tracing/events";

    /// <summary>Every format's text is perf's; the whole set and more records with TRACEKIT_ALL_LIBRARIES=1, a list of differences in TRACEKIT_ORACLE_OUT.</summary>
    [Fact]
    public void AppendText_MadeUpRecords_IsWhatPerfScriptPrints()
    {
        if (!Directory.Exists(s_events + "/sched"))
            Assert.Skip($"no {s_events} here");
        var all = Environment.GetEnvironmentVariable("TRACEKIT_ALL_LIBRARIES") == "1";
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TRACEKIT_ORACLE_SEED"), out var given) ? given : 20261126;
        var random = new Random(seed);
        var formats = Formats().Where(_ => all || random.Next(5) == 0).ToList();
        var records = new MadeUpRecords(seed);
        var items = new List<TracepointDataFile.Item>();
        for (var i = 0; i < formats.Count; i++)
        {
            for (var k = 0; k < (all ? 8 : 3); k++)
                items.Add(new TracepointDataFile.Item(i, records.Make(formats[i].Format)));
        }

        var report = Environment.GetEnvironmentVariable("TRACEKIT_ORACLE_OUT");
        // perf 6.1 itself does not survive some records (it reads beyond their end): those formats are left out.
        var crashed = new List<string>();
        string[] theirs;
        while ((theirs = PerfScript(TracepointDataFile.Build(formats, items), items.Count, string.IsNullOrEmpty(report) ? null : report + ".data")).Length < items.Count)
        {
            var guilty = items[theirs.Length].Format;
            crashed.Add(formats[guilty].Format.Name);
            Assert.True(crashed.Count < 20, $"perf crashes over and over: {string.Join(", ", crashed)}");
            items.RemoveAll(i => i.Format == guilty);
        }

        var differences = new StringBuilder();
        var different = new HashSet<string>();
        var symbols = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var (group, format, text) = formats[items[i].Format];
            var ours = new StringBuilder();
            format.AppendText(ours, items[i].Raw);
            if (theirs[i] == ours.ToString() || (theirs[i].StartsWith("[FAILED TO PARSE]", StringComparison.Ordinal) && format.Print is not null) || PerfIsWrong(group + ":" + format.Name, format) is not null)
                continue;
            symbols++;
            if (different.Add(group + ":" + format.Name))
                differences.Append(System.Globalization.CultureInfo.InvariantCulture, $"{group}:{format.Name} {(format.Print is null ? "UNKNOWN" : "")}\n  fmt  {format.PrintText}\n  perf {theirs[i]}\n  ours {ours}\n");
        }

        if (!string.IsNullOrEmpty(report))
            File.WriteAllText(report, $"{items.Count} records, {symbols} differ; {formats.Count} formats, {different.Count} differ; perf crashes: {string.Join(", ", crashed)}\nnot evaluated: {Unevaluated(formats)}\n{differences}");
        Assert.True(different.Count == 0, $"{different.Count} of {formats.Count} formats\n{differences}");
    }

    /// <summary>Why perf 6.1's text is not what the kernel would print; null where it should be. The kernel's own <c>trace</c> file is the judge.</summary>
    private static string? PerfIsWrong(string name, EventFormat format) => PerfIsWrong(name, format.PrintText)
        ?? (format.Fields.Any(f => f is { Type: "char", IsSigned: true, Size: 1 }) ? "signed characters: perf takes them for unsigned" : null);

    private static string Unevaluated(IReadOnlyList<(string Group, EventFormat Format, string Text)> formats)
    {
        var names = formats.Where(f => f.Format.Print is null).Select(f => f.Group + ":" + f.Format.Name).ToList();
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{names.Count}: {string.Join(", ", names)}");
    }

    private static string? PerfIsWrong(string name, string format) => name switch
    {
        _ when format.Contains("__print_array(", StringComparison.Ordinal) => "arrays: the kernel prints {0x1,0x2}, perf 1 2",
        "xen:xen_mc_batch" or "xen:xen_mc_issue" or "xen:xen_mc_flush_reason" => "names of constants that the format does not resolve: perf takes them for 0",
        _ when name.StartsWith("tcp:tcp_", StringComparison.Ordinal) && format.Contains("%c%c%c%c%c", StringComparison.Ordinal) => "character constants: perf prints >c< ",
        _ when name.StartsWith("btrfs:btrfs_ordered_extent_", StringComparison.Ordinal) || name is "btrfs:btrfs_clear_extent_bit" or "btrfs:btrfs_convert_extent_bit" or "btrfs:btrfs_set_extent_bit"
            or "btrfs:btrfs_get_extent" or "kvm:kvm_apicv_inhibit_changed" or "vmscan:mm_vmscan_throttled" => "names of constants that the format does not resolve: perf takes them for 0, or for anything",
        _ when name.StartsWith("fs_dax:", StringComparison.Ordinal) || name.StartsWith("writeback:", StringComparison.Ordinal) || name.StartsWith("xfs:xfs_exch", StringComparison.Ordinal)
            => "the same; and the time now, which the record has not: perf takes it for 0",
        "btrfs:btrfs_qgroup_release_data" or "btrfs:btrfs_qgroup_reserve_data" or "btrfs:raid56_read" or "btrfs:raid56_write" or "kvm:kvm_userspace_exit" or "kvm:kvm_wait_lapic_expire"
            or "kvm:kvm_pvclock_update" or "sock:sock_recv_length" or "sock:sock_send_length" or "timer:itimer_state" or "kvm:kvm_pic_set_irq"
            => "negative numbers: perf takes all for unsigned",
        _ when format.Contains("{ -1", StringComparison.Ordinal) || format.Contains("{-1", StringComparison.Ordinal) || format.Contains("{ (-1", StringComparison.Ordinal) => "negative numbers: perf does not find -1 in a list",
        "kvm:kvm_nested_vmenter" => "!a ? b : c ? d : e: perf loses the negation",
        "btrfs:btrfs_extent_map_shrinker_remove_em" => "names of constants that the format does not resolve: perf takes the first for 0",
        "timer:timer_start" or "kmem:mm_page_alloc_extfrag" => "a & (b | c), a < (b ? c : d): perf loses the brackets",
        "sched:sched_skip_cpuset_numa" => "%*pbl: perf prints (nil)bl",
        "xfs:xfs_iomap_atomic_write_cow" => "ssize_t: perf prints 32 bits",
        "ras:arm_event" or "ras:non_standard_event" or "kvm:kvm_emulate_insn" => "lengths beyond the record: perf reads what is not there, and may crash",
        _ => null,
    };

    private static IEnumerable<(string Group, EventFormat Format, string Text)> Formats()
    {
        foreach (var file in Directory.EnumerateFiles(s_events, "format", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var group = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file))!);
            if (group == "ftrace")
                continue;
            var text = File.ReadAllText(file);
            yield return (group, EventFormat.Parse(text), text);
        }
    }

    private static string[] PerfScript(byte[] file, int count, string? keepAt)
    {
        var path = keepAt ?? Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, file);
            var start = new ProcessStartInfo("stdbuf", ["-oL", "timeout", "60", "perf", "script", "-i", path, "-F", "trace:time,trace", "--ns"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.StandardOutputEncoding = Encoding.Latin1;
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var texts = new List<string>();
            for (var at = 0; texts.Count < count;)
            {
                var mark = FormattableString.Invariant($"    0.{(texts.Count + 1) * 1000:000000000}: ");
                if (string.CompareOrdinal(output, at, mark, 0, mark.Length) != 0)
                    break;
                var next = output.IndexOf(FormattableString.Invariant($"\n    0.{(texts.Count + 2) * 1000:000000000}: "), at, StringComparison.Ordinal);
                var end = next >= 0 ? next : output.LastIndexOf('\n');
                if (end < at)
                    break;
                texts.Add(output[(at + mark.Length)..end]);
                at = end + 1;
            }

            return [.. texts];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("perf is not here");
            return [];
        }
        finally
        {
            if (keepAt is null)
                File.Delete(path);
        }
    }
}

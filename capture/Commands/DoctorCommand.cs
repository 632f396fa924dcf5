using System.Globalization;
using System.Text;
using TraceKit.Capture.Cli;
using TraceKit.Capture.Events;
using TraceKit.Capture.Host;
using TraceKit.Capture.Native;
using TraceKit.Format.Perf;

namespace TraceKit.Capture.Commands;

/// <summary><c>doctor</c>: one line for each thing a recording may need, and the fix under each that is missing. Changes nothing.</summary>
internal static class DoctorCommand
{
    private const int CAP_SYS_PTRACE = 19, CAP_SYS_ADMIN = 21, CAP_IPC_LOCK = 14, CAP_SYSLOG = 34, CAP_PERFMON = 38;

    public static int Run(string[] arguments)
    {
        if (HelpText.IsAskedFor(arguments))
        {
            Terminal.Out(HelpText.Doctor);
            return 0;
        }

        if (arguments.Length > 0)
            throw new UsageException($"doctor takes no arguments, not '{arguments[0]}'");
        var report = new Report();
        CheckHost(report);
        var sampling = CheckSampling(report);
        CheckSymbols(report);
        CheckTracing(report);
        CheckLimits(report);
        CheckConfinement(report);
        Terminal.Out(report.ToString());
        return sampling ? 0 : 1;
    }

    private static void CheckHost(Report report)
    {
        var caps = Capabilities();
        report.Info("kernel", $"{KernelFeatures.Release}, {ProcStat.OnlineCpus().Count} CPUs online");
        var root = Libc.geteuid() == 0;
        var held = new List<string>();
        foreach (var (bit, name) in (ReadOnlySpan<(int, string)>)[(CAP_PERFMON, "cap_perfmon"), (CAP_SYS_ADMIN, "cap_sys_admin"), (CAP_SYS_PTRACE, "cap_sys_ptrace"), (CAP_SYSLOG, "cap_syslog"), (CAP_IPC_LOCK, "cap_ipc_lock")])
        {
            if ((caps >> bit & 1) != 0)
                held.Add(name);
        }

        report.Info("user", (root ? "root" : $"uid {Libc.geteuid()}") + (held.Count > 0 ? $" with {string.Join(", ", held)}" : " without any capability that matters here"));
        report.Info("kernel.perf_event_paranoid", KernelFeatures.Setting("perf_event_paranoid")?.ToString(CultureInfo.InvariantCulture) ?? "missing");
    }

    private static bool CheckSampling(Report report)
    {
        if (!HostFile.Exists("/proc/sys/kernel/perf_event_paranoid"))
        {
            report.Missing("perf events", "this kernel was built without CONFIG_PERF_EVENTS, or /proc is not mounted", "boot a kernel that has it");
            return false;
        }

        var own = EventProbe.Opens(EventNames.PERF_TYPE_SOFTWARE, EventNames.PERF_COUNT_SW_CPU_CLOCK, PerfAttrFlags.exclude_kernel, 0, out var error);
        if (own)
            report.Good("sample own processes", "cpu-clock opens");
        else
            report.Missing("sample own processes", $"perf_event_open: {Errno.Text(error)}{SeccompHint()}", "as root: sysctl kernel.perf_event_paranoid=2; in a container: allow the perf_event_open system call in its seccomp profile (docker: --security-opt seccomp=FILE, or --cap-add PERFMON)");

        var kernel = EventProbe.Opens(EventNames.PERF_TYPE_SOFTWARE, EventNames.PERF_COUNT_SW_CPU_CLOCK, 0, 0, out error);
        if (kernel)
            report.Good("sample the kernel", "allowed");
        else
            report.Missing("sample the kernel", Errno.Text(error), "run as root, or setcap cap_perfmon=ep, or sysctl kernel.perf_event_paranoid=1");

        var system = EventProbe.Opens(EventNames.PERF_TYPE_SOFTWARE, EventNames.PERF_COUNT_SW_CPU_CLOCK, 0, -1, out error);
        if (system)
            report.Good("record the whole system (-a)", "allowed");
        else
            report.Missing("record the whole system (-a)", Errno.Text(error), "run as root, or setcap cap_perfmon=ep, or sysctl kernel.perf_event_paranoid=0");

        if (EventProbe.Opens(EventNames.PERF_TYPE_HARDWARE, EventNames.PERF_COUNT_HW_CPU_CYCLES))
            report.Good("hardware counters", "cycles opens");
        else
            report.Info("hardware counters", "none (a virtual machine without a PMU); -e cycles samples cpu-clock instead, other hardware events are refused");
        return own;
    }

    private static void CheckSymbols(Report report)
    {
        var text = HostFile.TryReadAll("/proc/kallsyms", out var error);
        if (text is null)
            report.Missing("kernel symbols", $"/proc/kallsyms: {Errno.Text(error)}", "a kernel with CONFIG_KALLSYMS");
        else if (text.Length < 20)
            report.Missing("kernel symbols", "empty", "a kernel with CONFIG_KALLSYMS");
        else if (text.AsSpan().StartsWith("0000000000000000 "u8) && text.AsSpan(Math.Max(0, text.Length / 2)).IndexOf("\n0000000000000000 "u8) is >= 0 and < 200)
            report.Missing("kernel symbols", $"addresses are hidden (kernel.kptr_restrict is {KernelFeatures.Setting("kptr_restrict")})", "run as root with sysctl kernel.kptr_restrict=0 or 1, or setcap cap_syslog=ep");
        else
            report.Good("kernel symbols", "/proc/kallsyms is readable");

        if (HostFile.TryFacts("/sys/kernel/btf/vmlinux", out var facts))
            report.Good("kernel types (BTF)", Quantity.FormatSize((long)facts.Size));
        else
            report.Info("kernel types (BTF)", "none: this kernel was built without CONFIG_DEBUG_INFO_BTF; probes use offsets, which need none");
    }

    private static void CheckTracing(Report report)
    {
        var root = Tracefs.Find();
        if (root is null)
        {
            report.Missing("tracepoints", "tracefs is not mounted", "as root: mount -t tracefs nodev /sys/kernel/tracing (record does it itself when run as root)");
            return;
        }

        HostFile.List(root + "/events", out var error);
        if (error != 0)
        {
            report.Missing("tracepoints", $"{root}/events: {Errno.Text(error)}", "run as root, or remount tracefs with gid= of this user's group and mode=750");
            return;
        }

        var opens = ulong.TryParse(HostFile.TryReadText(root + "/events/sched/sched_switch/id"), out var id);
        if (opens && EventProbe.Opens(EventNames.PERF_TYPE_TRACEPOINT, id, 0, 0, out error))
            report.Good("tracepoints", root);
        else
            report.Missing("tracepoints", opens ? Errno.Text(error) : "sched:sched_switch is not readable", "run as root, or sysctl kernel.perf_event_paranoid=-1");

        if (new Probes.ProbeFile("uprobe_events").Exists)
            report.Good("probes in programs (uprobes)", Writable(root + "/uprobe_events"));
        else
            report.Missing("probes in programs (uprobes)", "this kernel was built without CONFIG_UPROBE_EVENTS", "boot a kernel that has it");
        if (new Probes.ProbeFile("kprobe_events").Exists)
            report.Good("probes in the kernel (kprobes)", Writable(root + "/kprobe_events"));
        else
            report.Missing("probes in the kernel (kprobes)", KernelFeatures.HasSymbol("register_kprobe") == false ? "this kernel was built without CONFIG_KPROBES" : "this kernel was built without CONFIG_KPROBE_EVENTS", "boot a kernel with CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y; tracepoints work without");
    }

    private static void CheckLimits(Report report)
    {
        var unlimited = (Capabilities() >> CAP_IPC_LOCK & 1) != 0;
        var locked = (KernelFeatures.Setting("perf_event_mlock_kb") ?? 516) * 1024;
        if (unlimited)
            report.Good("ring buffers", "not limited (cap_ipc_lock)");
        else if (locked < ((1 << 20) + 4096) * ProcStat.OnlineCpus().Count && ResourceLimits.Soft(Libc.RLIMIT_MEMLOCK) < 16UL << 20)
            report.Missing("ring buffers", $"1 MiB for each CPU is more than kernel.perf_event_mlock_kb ({locked >> 10} KiB) and 'ulimit -l' allow: they will be smaller, and more is lost at high rates", "raise 'ulimit -l', or sysctl kernel.perf_event_mlock_kb=8192");
        else
            report.Good("ring buffers", "1 MiB for each CPU fits the limit");
        report.Info("sampling rate", $"at most {KernelFeatures.Setting("perf_event_max_sample_rate")} a second, {KernelFeatures.Setting("perf_cpu_time_max_percent")} % of a CPU; stacks of at most {KernelFeatures.Setting("perf_event_max_stack")} frames (kernel.perf_event_max_sample_rate, _max_stack)");
        report.Info("open files", $"{ResourceLimits.Soft(Libc.RLIMIT_NOFILE)} (record raises it to the hard limit)");
    }

    private static void CheckConfinement(Report report)
    {
        var lockdown = HostFile.TryReadText("/sys/kernel/security/lockdown");
        if (lockdown is null)
            report.Info("kernel lockdown", "cannot tell (no /sys/kernel/security/lockdown): not built in, or securityfs is not mounted");
        else if (lockdown.Contains("[confidentiality]", StringComparison.Ordinal))
            report.Missing("kernel lockdown", "confidentiality: the kernel refuses perf events and probes that could read its memory", "boot with lockdown=integrity or without Secure Boot's lockdown");
        else
            report.Good("kernel lockdown", lockdown);

        var container = HostFile.Exists("/.dockerenv") ? "docker" : HostFile.Exists("/run/.containerenv") ? "podman" : Environment.GetEnvironmentVariable("container");
        if (container is not null)
            report.Info("container", $"{container}: processes outside of it have other pids and paths; record on the host, or with --pid=host");
        var nested = ProcStat.StatusField(Libc.getpid(), "NSpid");
        if (nested?.AsSpan().IndexOfAny('\t', ' ') >= 0)
            report.Info("pid namespace", $"nested ({nested.Replace('\t', ' ')})");
        report.Info("seccomp", ProcStat.StatusField(Libc.getpid(), "Seccomp") switch
        {
            "0" => "no filter",
            "1" or "2" => "a filter is active: system calls it denies fail with 'operation not permitted'",
            _ => "cannot tell",
        });
    }

    private static string SeccompHint() =>
        ProcStat.StatusField(Libc.getpid(), "Seccomp") is "2" ? " (a seccomp filter is active: it may be what denies it)" : "";

    private static string Writable(string path)
    {
        var fd = Libc.open(path, Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CLOEXEC, 0);
        if (fd < 0)
            return $"there, but defining new ones is denied: {Errno.Text(Errno.Last)}; run as root";
        Libc.close(fd);
        return "new ones can be defined";
    }

    private static ulong Capabilities() =>
        ulong.TryParse(ProcStat.StatusField(Libc.getpid(), "CapEff"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) ? bits : 0;

    private sealed class Report
    {
        private readonly StringBuilder _text = new();

        public void Good(string what, string state) => Line("ok  ", what, state);

        public void Info(string what, string state) => Line("    ", what, state);

        public void Missing(string what, string why, string fix)
        {
            Line("NO  ", what, why);
            _text.Append("      fix: ").Append(fix).Append('\n');
        }

        public override string ToString() => _text.ToString().TrimEnd('\n');

        private void Line(string mark, string what, string state) =>
            _text.Append(mark).Append(what.PadRight(32)).Append("  ").Append(state).Append('\n');
    }
}

namespace TraceKit.Probes.Targets;

/// <summary>Functions of the kernel that must not be probed, with the reason: what runs before a probe's handler could, or as part of it. See README.md.</summary>
/// <remarks>
/// The kernel has such a list itself and refuses what is in it; older kernels have holes, and the list can be read only where debugfs is mounted. This one is smaller and known beforehand.
/// </remarks>
internal static class KernelDenyList
{
    /// <summary>Sections of the kernel's text by the symbols around them (<c>include/asm-generic/vmlinux.lds.h</c>).</summary>
    public static readonly (string Section, string Reason)[] Sections =
    [
        ("kprobes_text", "is part of how probes work: a probe in it would hit itself"),
        ("noinstr_text", "runs where nothing may be instrumented (noinstr): before the kernel knows that it was entered"),
        ("entry_text", "is entry code: it runs before there is a kernel stack, or with the user's registers"),
        ("irqentry_text", "is entry code of interrupts: it runs before the kernel knows that it was interrupted"),
        ("cpuidle_text", "runs while the CPU is idle and RCU does not watch"),
    ];

    /// <summary>Why no probe may stand in a function; null when it may.</summary>
    public static string? Entry(string name)
    {
        if (name.StartsWith("__pfx_", StringComparison.Ordinal) || name.StartsWith("__cfi_", StringComparison.Ordinal))
            return $"{name} is the padding before a function";
        if (name is "__fentry__" or "mcount" or "_mcount" or "ftrace_caller" or "ftrace_regs_caller" or "ftrace_graph_caller" or "return_to_handler" or "ftrace_stub" or "arch_rethook_trampoline" or "__kretprobe_trampoline"
            or "kretprobe_trampoline" or "kretprobe_trampoline_handler" or "arch_rethook_trampoline_callback" or "rethook_trampoline_handler" or "optprobe_template_func")
        {
            return $"{name} is how functions are traced: a probe in it would hit itself";
        }

        if (name is "int3_emulate_call" or "exc_int3" or "do_int3" or "exc_debug" or "poke_int3_handler" or "smp_text_poke_int3_handler" or "asm_exc_int3" or "asm_exc_debug" or "notify_die" or "call_break_hook" or "brk_handler" or "do_debug_exception"
            or "get_kprobe" or "aggr_pre_handler" or "aggr_post_handler" or "aggr_fault_handler" or "opt_pre_handler" or "optimized_callback" or "setup_detour_execution" or "pre_handler_kretprobe")
        {
            return $"{name} runs when a probe is hit: a probe in it would hit itself";
        }

        if (name.StartsWith("kprobe_", StringComparison.Ordinal) || name.StartsWith("kretprobe_", StringComparison.Ordinal) || name.StartsWith("__kprobe_", StringComparison.Ordinal) || name.StartsWith("__kretprobe_", StringComparison.Ordinal))
            return $"{name} is part of how probes work: a probe in it would hit itself";
        if (name is "text_poke" or "__text_poke" or "text_poke_bp" or "text_poke_bp_batch" or "text_poke_queue" or "text_poke_kgdb" or "text_poke_early" or "smp_text_poke_batch_process" or "aarch64_insn_patch_text" or "aarch64_insn_patch_text_nosync" or "aarch64_insn_write")
            return $"{name} is how the kernel changes its own code, probes included";
        if (name.StartsWith("__x86_indirect_thunk", StringComparison.Ordinal) || name.StartsWith("__x86_return_thunk", StringComparison.Ordinal) || name.StartsWith("__x86_indirect_call_thunk", StringComparison.Ordinal)
            || name.StartsWith("__x86_indirect_jump_thunk", StringComparison.Ordinal) || name.StartsWith("srso_", StringComparison.Ordinal) || name.StartsWith("retbleed_", StringComparison.Ordinal))
        {
            return $"{name} is a thunk through which all calls and returns go";
        }

        return null;
    }

    /// <summary>Why no return probe may be set on a function; null when it may.</summary>
    public static string? Return(string name)
    {
        if (name is "__switch_to" or "__switch_to_asm" or "cpu_switch_to")
            return $"{name} changes the stack: its return is another task's";
        if (name is "ret_from_fork" or "ret_from_fork_asm" or "ret_from_exception" or "ret_to_user")
            return $"{name} is not called: there is no return address on its stack";
        if (name is "do_exit" or "make_task_dead" or "do_group_exit" or "__x64_sys_exit" or "__x64_sys_exit_group" or "panic" or "rewind_stack_and_make_dead" or "cpu_startup_entry" or "kthread_exit" or "kthread_complete_and_exit")
            return $"{name} never returns";
        if (name.IndexOf(".cold", StringComparison.Ordinal) > 0)
            return $"{name} is a part of a function that is entered by jumps: there is no return address on top of its stack";
        return null;
    }
}

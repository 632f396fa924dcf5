namespace TraceKit.Probes.Targets;

/// <summary>Functions of programs that must not be probed, by name, with the reason. See README.md.</summary>
internal static class UserDenyList
{
    /// <summary>Why no probe may stand in a function at all; null when it may.</summary>
    public static string? Entry(string name) => name switch
    {
        "__restore_rt" or "__restore" or "__kernel_rt_sigreturn" =>
            $"{name} is how a signal handler returns: unwinders know it by its bytes, which a probe changes",
        _ => null,
    };

    /// <summary>Why no return probe may be set on a function; null when it may.</summary>
    public static string? Return(string name)
    {
        var plain = name.AsSpan().TrimStart('_');
        if (name is "_start" or "_dl_start_user" or "_rt0_amd64_linux")
            return $"{name} is not called: there is no return address on its stack, and a return probe would overwrite the arguments";
        if (name.StartsWith("_dl_runtime_resolve", StringComparison.Ordinal) || name.StartsWith("_dl_runtime_profile", StringComparison.Ordinal) || name.StartsWith("_dl_tlsdesc_", StringComparison.Ordinal))
            return $"{name} is entered by a jump of the procedure linkage table: what lies on top of its stack is no return address";
        if (plain is "setjmp" or "sigsetjmp" or "getcontext" or "vfork" or "libc_vfork")
            return $"{name} returns twice: a return probe would send the second return to where the first has been taken off";
        if (plain is "longjmp" or "siglongjmp" or "libc_siglongjmp" or "longjmp_chk" or "setcontext" or "swapcontext" or "start_context" or "makecontext" or "clone" or "clone3" or "clone2" or "morestack"
            or "jump_fcontext" or "make_fcontext" or "ontop_fcontext" or "coroutine_transfer" or "coro_transfer" or "switch_to" or "co_switch")
        {
            return $"{name} changes the stack: what a return probe puts there would be met on another one, or never";
        }

        if (plain is "Unwind_RaiseException" or "Unwind_ForcedUnwind" or "Unwind_Resume" or "Unwind_Resume_or_Rethrow" or "Unwind_Backtrace" or "cxa_throw" or "cxa_rethrow" or "gxx_personality_v0" or "backtrace")
            return $"{name} walks up the stack, and ends the program when it meets the address that a return probe puts there";
        if (plain.StartsWith("x86_indirect_thunk") || plain.StartsWith("x86_return_thunk") || plain.StartsWith("llvm_retpoline"))
            return $"{name} returns to where it itself has put the address";
        if (IsPart(name))
            return $"{name} is a part of a function that is entered by jumps: there is no return address on top of its stack";
        return null;
    }

    /// <summary><c>f.cold</c>, <c>f.cold.1</c>.</summary>
    private static bool IsPart(string name) => name.IndexOf(".cold", StringComparison.Ordinal) is var at && at > 0 && (at + 5 == name.Length || name[at + 5] == '.');
}

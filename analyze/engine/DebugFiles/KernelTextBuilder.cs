using System.Text;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.Engine.DebugFiles;

/// <summary>Where a kernel module or a program in the kernel (BPF) was while it was recorded.</summary>
/// <param name="Name">As <c>/proc/modules</c> has it; of a program its own.</param>
/// <param name="Path">Its file; <c>[name]</c> when unknown; empty of a program.</param>
/// <param name="Start">First address.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct KernelPiece(string Name, string Path, ulong Start, ulong Length)
{
    /// <summary>Whether it is one piece of code with a name of its own.</summary>
    public bool IsProgram => Path.Length == 0;
}

/// <summary>Puts the kernel's symbols together as <c>/proc/kallsyms</c> would have had them: the kernel's own where it ran, modules, programs.</summary>
internal static class KernelTextBuilder
{
    /// <summary>The text; gone over anew each time it is read.</summary>
    /// <param name="kernel">What was found; null when nothing.</param>
    /// <param name="pieces">Modules and programs that the recording tells of.</param>
    /// <param name="open">Opens the file of a module; null when it is not found.</param>
    /// <returns>Null when nothing is known.</returns>
    public static KernelText? Build(FoundKernel? kernel, IReadOnlyList<KernelPiece> pieces, Func<KernelPiece, ElfOnDisk?> open)
    {
        if (kernel is { Moved: 0 } && pieces.Count == 0)
            return kernel.Text;
        if (kernel is null && pieces.Count == 0)
            return null;
        var text = new MovedKernelText(kernel, pieces, open);
        return kernel is not null || text.Read(static read => read(new byte[1])) > 0 ? text : null;
    }

    /// <summary>The functions of a module's file: the kernel lays out its sections of code one after another, each aligned as it asks.</summary>
    public static void AddModule(MemoryStream text, ElfImage image, KernelPiece module)
    {
        var sections = image.Sections;
        var starts = new Dictionary<uint, ulong>();
        var at = 0UL;
        for (var i = 0; i < sections.Length; i++)
        {
            ref readonly var section = ref sections[i];
            if (!section.IsCode || (section.Flags & SHF_ALLOC) == 0 || section.Name.StartsWith(".init", StringComparison.Ordinal))
                continue;
            var alignment = Math.Max(1, section.Alignment);
            if ((alignment & (alignment - 1)) != 0 || alignment > 1 << 21 || section.Size > module.Length)
                return;
            at = (at + alignment - 1) & ~(alignment - 1);
            starts.Add((uint)i, module.Start + at);
            at += section.Size;
        }

        foreach (var (address, letter, name) in VmlinuxSymbols.Functions(image, symbol => starts.TryGetValue(symbol.Section, out var start) ? start + symbol.Value.Value : 0))
        {
            if (address - module.Start < module.Length)
                WriteLine(text, address, letter, name, module.Name);
        }
    }

    internal static void WriteLine(MemoryStream text, ulong address, char letter, ReadOnlySpan<byte> name, string module)
    {
        WriteAddress(text, address);
        text.WriteByte((byte)' ');
        text.WriteByte((byte)letter);
        text.WriteByte((byte)' ');
        text.Write(name);
        if (module.Length > 0)
            text.Write(Encoding.UTF8.GetBytes($"\t[{module}]"));
        text.WriteByte((byte)'\n');
    }

    internal static void WriteAddress(MemoryStream text, ulong address)
    {
        Span<byte> digits = stackalloc byte[16];
        for (var i = 15; i >= 0; i--, address >>= 4)
            digits[i] = "0123456789abcdef"u8[(int)(address & 15)];
        text.Write(digits);
    }
}

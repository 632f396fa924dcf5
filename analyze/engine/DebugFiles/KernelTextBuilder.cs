using System.Text;
using TraceKit.Binary;
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

/// <summary>The kernel's symbols as they were in the recording.</summary>
/// <param name="Text">As <c>/proc/kallsyms</c> prints them.</param>
/// <param name="Symbols">The same, read.</param>
internal sealed record KernelList(byte[] Text, DebugInfo.Kernel.Kallsyms Symbols);

/// <summary>Puts the kernel's symbols together as <c>/proc/kallsyms</c> would have had them: the kernel's own where it ran, modules, programs.</summary>
internal static class KernelTextBuilder
{
    /// <summary>Builds the text.</summary>
    /// <param name="kernel">What was found; null when nothing.</param>
    /// <param name="pieces">Modules and programs that the recording tells of.</param>
    /// <param name="open">Opens the file of a module; null when it is not found.</param>
    /// <returns>Empty when nothing is known.</returns>
    public static byte[] Build(KernelText? kernel, IReadOnlyList<KernelPiece> pieces, Func<KernelPiece, ElfOnDisk?> open)
    {
        var modules = new Dictionary<string, KernelPiece>(StringComparer.Ordinal);
        foreach (var piece in pieces)
        {
            if (!piece.IsProgram)
                modules.TryAdd(piece.Name, piece);
        }

        if (kernel is not null && kernel.Moved == 0 && pieces.Count == 0)
            return kernel.Text;
        var text = new MemoryStream((kernel?.Text.Length ?? 0) + 4096);
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (kernel is not null)
            AddKernel(text, kernel, modules, known);
        foreach (var module in modules.Values)
        {
            if (known.Contains(module.Name))
                continue;
            using var file = open(module);
            if (file is not null)
                AddModule(text, file.Image, module);
        }

        foreach (var piece in pieces)
        {
            if (piece.IsProgram && !(kernel is { Moved: 0 } && kernel.Symbols.TryFind(new Avma(piece.Start), out var symbol) && symbol.Start.Value == piece.Start))
                WriteLine(text, piece.Start, 't', Encoding.UTF8.GetBytes(piece.Name), "bpf");
        }

        return text.ToArray();
    }

    /// <summary>The lines that hold: of a module only where the recording has it at the same place.</summary>
    private static void AddKernel(MemoryStream text, KernelText kernel, Dictionary<string, KernelPiece> modules, HashSet<string> known)
    {
        ReadOnlySpan<byte> rest = kernel.Text;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Length < 20 || line[16] != ' ' || !ulong.TryParse(line[..16], System.Globalization.NumberStyles.AllowHexSpecifier, null, out var address))
                continue;
            var tab = line.LastIndexOf((byte)'\t');
            if (tab < 0 || line.Length < tab + 3)
            {
                WriteAddress(text, address + kernel.Moved);
                text.Write(line[16..]);
                text.WriteByte((byte)'\n');
                continue;
            }

            var name = Encoding.UTF8.GetString(line[(tab + 2)..^1]);
            if (kernel.Moved != 0 || (modules.TryGetValue(name, out var piece) && address - piece.Start >= piece.Length))
                continue;
            known.Add(name);
            text.Write(line);
            text.WriteByte((byte)'\n');
        }
    }

    /// <summary>The functions of a module's file: the kernel lays out its sections of code one after another, each aligned as it asks.</summary>
    private static void AddModule(MemoryStream text, ElfImage image, KernelPiece module)
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

    private static void WriteAddress(MemoryStream text, ulong address)
    {
        Span<byte> digits = stackalloc byte[16];
        for (var i = 15; i >= 0; i--, address >>= 4)
            digits[i] = "0123456789abcdef"u8[(int)(address & 15)];
        text.Write(digits);
    }
}

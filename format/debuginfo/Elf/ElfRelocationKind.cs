using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>What a relocation of a debug section does. Only the types that compilers put there are known (the psABI of each machine).</summary>
internal enum ElfRelocationKind : byte
{
    /// <summary>Not known here: what it would change cannot be read.</summary>
    Unknown = 0,

    /// <summary>Changes nothing that is read here: padding marks, offsets of thread-local variables.</summary>
    None,

    /// <summary>Symbol and addend.</summary>
    Absolute,

    /// <summary>Symbol and addend, from the place itself.</summary>
    Relative,

    /// <summary>Added to what is there (RISC-V).</summary>
    Add,

    /// <summary>Subtracted from what is there (RISC-V).</summary>
    Subtract,
}

/// <summary>The table of relocation types.</summary>
internal static class ElfRelocationTypes
{
    /// <summary>What a type does, and to how many bytes.</summary>
    public static (ElfRelocationKind Kind, int Size) Find(ushort machine, uint type) => type == 0 ? (ElfRelocationKind.None, 0) : machine switch
    {
        EM_X86_64 => type switch
        {
            1 => (ElfRelocationKind.Absolute, 8), // R_X86_64_64
            10 or 11 => (ElfRelocationKind.Absolute, 4), // R_X86_64_32, R_X86_64_32S
            2 => (ElfRelocationKind.Relative, 4), // R_X86_64_PC32
            24 => (ElfRelocationKind.Relative, 8), // R_X86_64_PC64
            17 or 21 => (ElfRelocationKind.None, 0), // R_X86_64_DTPOFF64, R_X86_64_DTPOFF32
            _ => default,
        },
        EM_386 => type switch
        {
            1 => (ElfRelocationKind.Absolute, 4), // R_386_32
            2 => (ElfRelocationKind.Relative, 4), // R_386_PC32
            32 => (ElfRelocationKind.None, 0), // R_386_TLS_LDO_32
            _ => default,
        },
        EM_AARCH64 => type switch
        {
            257 => (ElfRelocationKind.Absolute, 8), // R_AARCH64_ABS64
            258 => (ElfRelocationKind.Absolute, 4), // R_AARCH64_ABS32
            260 => (ElfRelocationKind.Relative, 8), // R_AARCH64_PREL64
            261 => (ElfRelocationKind.Relative, 4), // R_AARCH64_PREL32
            256 or 1029 => (ElfRelocationKind.None, 0), // R_AARCH64_NONE, R_AARCH64_TLS_DTPREL64
            _ => default,
        },
        EM_ARM => type switch
        {
            2 => (ElfRelocationKind.Absolute, 4), // R_ARM_ABS32
            3 => (ElfRelocationKind.Relative, 4), // R_ARM_REL32
            106 => (ElfRelocationKind.None, 0), // R_ARM_TLS_LDO32
            _ => default,
        },
        EM_PPC => type switch
        {
            1 => (ElfRelocationKind.Absolute, 4), // R_PPC_ADDR32
            26 => (ElfRelocationKind.Relative, 4), // R_PPC_REL32
            78 => (ElfRelocationKind.None, 0), // R_PPC_DTPREL32
            _ => default,
        },
        EM_PPC64 => type switch
        {
            38 => (ElfRelocationKind.Absolute, 8), // R_PPC64_ADDR64
            1 => (ElfRelocationKind.Absolute, 4), // R_PPC64_ADDR32
            44 => (ElfRelocationKind.Relative, 8), // R_PPC64_REL64
            26 => (ElfRelocationKind.Relative, 4), // R_PPC64_REL32
            78 => (ElfRelocationKind.None, 0), // R_PPC64_DTPREL64
            _ => default,
        },
        EM_S390 => type switch
        {
            22 => (ElfRelocationKind.Absolute, 8), // R_390_64
            4 => (ElfRelocationKind.Absolute, 4), // R_390_32
            23 => (ElfRelocationKind.Relative, 8), // R_390_PC64
            5 => (ElfRelocationKind.Relative, 4), // R_390_PC32
            52 or 53 => (ElfRelocationKind.None, 0), // R_390_TLS_LDO32, R_390_TLS_LDO64
            _ => default,
        },
        EM_MIPS => type switch
        {
            18 => (ElfRelocationKind.Absolute, 8), // R_MIPS_64
            2 => (ElfRelocationKind.Absolute, 4), // R_MIPS_32
            39 or 41 => (ElfRelocationKind.None, 0), // R_MIPS_TLS_DTPREL32, R_MIPS_TLS_DTPREL64
            _ => default,
        },
        EM_RISCV => type switch
        {
            1 or 56 => (ElfRelocationKind.Absolute, 4), // R_RISCV_32, R_RISCV_SET32
            2 => (ElfRelocationKind.Absolute, 8), // R_RISCV_64
            54 => (ElfRelocationKind.Absolute, 1), // R_RISCV_SET8
            55 => (ElfRelocationKind.Absolute, 2), // R_RISCV_SET16
            33 => (ElfRelocationKind.Add, 1), // R_RISCV_ADD8 to ADD64
            34 => (ElfRelocationKind.Add, 2),
            35 => (ElfRelocationKind.Add, 4),
            36 => (ElfRelocationKind.Add, 8),
            37 => (ElfRelocationKind.Subtract, 1), // R_RISCV_SUB8 to SUB64
            38 => (ElfRelocationKind.Subtract, 2),
            39 => (ElfRelocationKind.Subtract, 4),
            40 => (ElfRelocationKind.Subtract, 8),
            51 => (ElfRelocationKind.None, 0), // R_RISCV_RELAX
            _ => default,
        },
        _ => default,
    };
}

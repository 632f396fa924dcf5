using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Prototypes;

/// <summary>Names of integers that everybody uses without declaring them, on 64-bit Linux.</summary>
internal static class WellKnownTypes
{
    private const string Names =
        """
        1s int8_t s8 __s8 i8
        1u uint8_t u8 __u8 u_char uchar
        2s int16_t s16 __s16 i16
        2u uint16_t u16 __u16 __le16 __be16 u_short ushort umode_t sa_family_t in_port_t char16_t
        4s int32_t s32 __s32 i32 pid_t key_t wchar_t
        4u uint32_t u32 __u32 __le32 __be32 u_int uint uid_t gid_t mode_t dev_t gfp_t fmode_t socklen_t in_addr_t char32_t slab_flags_t blk_opf_t
        8s int64_t s64 __s64 i64 ssize_t ptrdiff_t intptr_t off_t off64_t loff_t time_t clock_t time64_t ktime_t intmax_t blkcnt_t suseconds_t
        8u uint64_t u64 __u64 __le64 __be64 size_t uintptr_t u_long ulong sector_t dma_addr_t phys_addr_t resource_size_t ino_t nfds_t rlim_t uintmax_t pgoff_t
        """;

    /// <summary>The type; null when it is none of them.</summary>
    public static CType? Find(string name)
    {
        if (name is "bool" or "_Bool")
            return Number(DebugTypeKind.Boolean, "_Bool", 1, false);
        foreach (var line in Names.AsSpan().EnumerateLines())
        {
            foreach (var word in line[2..].Split(' '))
            {
                if (line[2..][word].SequenceEqual(name))
                {
                    var size = (uint)(line[0] - '0');
                    return new CType(DebugTypeKind.Typedef) { Own = name, Of = Integer(size, line[1] == 's') };
                }
            }
        }

        return null;
    }

    /// <summary>All of them, for suggestions.</summary>
    public static IEnumerable<string> All()
    {
        foreach (var word in Names.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!char.IsAsciiDigit(word[0]))
                yield return word;
        }
    }

    public static CType Integer(uint size, bool signed) => Number(DebugTypeKind.Integer, size switch
    {
        1 => signed ? "signed char" : "unsigned char",
        2 => signed ? "short int" : "short unsigned int",
        4 => signed ? "int" : "unsigned int",
        8 => signed ? "long int" : "long unsigned int",
        _ => signed ? "__int128" : "__int128 unsigned",
    }, size, signed);

    public static CType Number(DebugTypeKind kind, string name, uint size, bool signed)
    {
        var type = new CType(kind) { Own = name, Signed = signed };
        type.Complete(size, size);
        return type;
    }
}

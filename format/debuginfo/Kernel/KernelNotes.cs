using System.Buffers.Binary;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The notes of a running kernel: <c>/sys/kernel/notes</c>, in the machine's byte order.</summary>
public static class KernelNotes
{
    private const uint NT_GNU_BUILD_ID = 3;

    /// <summary>The kernel's build-id.</summary>
    /// <param name="notes">The whole file.</param>
    /// <returns>Empty when there is none.</returns>
    public static ReadOnlySpan<byte> BuildId(ReadOnlySpan<byte> notes)
    {
        // Elf64_Nhdr: namesz u32, descsz u32, type u32, name padded to 4, desc padded to 4
        while (notes.Length >= 12)
        {
            var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            var descriptionSize = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            var type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            if (nameSize > 4096 || descriptionSize > 1 << 20)
                break;
            var description = 12 + (((int)nameSize + 3) & ~3);
            var next = description + (((int)descriptionSize + 3) & ~3);
            if (next > notes.Length)
                break;
            if (type == NT_GNU_BUILD_ID && notes.Slice(12, (int)nameSize).SequenceEqual("GNU\0"u8))
                return notes.Slice(description, (int)descriptionSize);
            notes = notes[next..];
        }

        return default;
    }
}

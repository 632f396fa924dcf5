using System.Runtime.InteropServices;

namespace TraceKit.Capture.Native;

/// <summary>A fixed piece of memory outside the collected heap: whole records of one CPU on their way from the drain to the encoder.</summary>
internal sealed unsafe class NativeBlock
{
    /// <summary>Bytes of a block: large enough that a hand-over costs nothing per record, and more than the largest record (64 KiB).</summary>
    public const int Capacity = 256 << 10;

    private readonly byte* _memory;

    public NativeBlock()
    {
        // SAFETY: page-aligned so that records keep their 8-byte alignment; lives as long as the process (blocks are pooled, never freed).
        _memory = (byte*)NativeMemory.AlignedAlloc(Capacity, 4096);
    }

    /// <summary>Bytes in use.</summary>
    public int Length { get; set; }

    public int Free => Capacity - Length;

    /// <summary>Which ring the records come from: index of the CPU in the session.</summary>
    public int Ring { get; set; }

    // SAFETY: the memory has Capacity bytes and is never freed; Length never passes it.
    public ReadOnlySpan<byte> Records => new(_memory, Length);

    // SAFETY: as above.
    public Span<byte> Tail => new(_memory + Length, Capacity - Length);
}

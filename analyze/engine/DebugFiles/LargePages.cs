using System.Runtime.InteropServices;

namespace TraceKit.Engine.DebugFiles;

/// <summary>
/// Memory for inflated sections. The first touch of each 4 KiB page costs a fault, on virtual machines as much as inflating it does: 257 MB of .debug_info
/// took 1.1 s of CPU to fill, in pages of 2 MiB 0.1 s.
/// </summary>
internal static class LargePages
{
    private const int PageBytes = 2 << 20;
    private const int MADV_HUGEPAGE = 14;

    /// <summary>An array whose content does not matter; in large pages where the system has some and the array is worth it.</summary>
    public static byte[] Allocate(int length)
    {
        if (length < 4 * PageBytes || !OperatingSystem.IsLinux())
            return GC.AllocateUninitializedArray<byte>(length);
        var bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
        var first = (start + PageBytes - 1) & ~(nint)(PageBytes - 1);
        var last = (start + length) & ~(nint)(PageBytes - 1);
        try
        {
            _ = Advise(first, last - first, MADV_HUGEPAGE); // advice: without it the pages are small
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another libc: pages are small.
        }

        return bytes;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint address, nint length, int advice);
}

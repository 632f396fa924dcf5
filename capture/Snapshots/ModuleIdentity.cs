using System.Globalization;
using TraceKit.Capture.Pump;

namespace TraceKit.Capture.Snapshots;

/// <summary>What names a mapped file before it was opened.</summary>
internal static class ModuleIdentity
{
    /// <summary>The build-id of the mapping's record where the kernel puts it there; else device, inode, generation and path.</summary>
    public static string Of(TrackedMapping mapping) =>
        mapping.BuildId.Length > 0
            ? Convert.ToHexString(mapping.BuildId)
            : string.Create(CultureInfo.InvariantCulture, $"{mapping.DeviceMajor:x}:{mapping.DeviceMinor:x}:{mapping.Inode}:{mapping.InodeGeneration}:{mapping.Path}");
}

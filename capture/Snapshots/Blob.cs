using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Writes a snapshot that is whole in memory: its parts, then the module that describes it.</summary>
internal static class Blob
{
    public static void Write(TraceOutput output, ModuleInfo info, ReadOnlySpan<byte> bytes)
    {
        var sender = new BlobSender(output, info.Id);
        sender.Write(bytes);
        sender.Flush();
        output.Post(ChunkType.Module, info.Id, info.Encode());
    }
}

using TraceKit.Capture.Pump;
using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Capture.Snapshots;

/// <summary>Writes a snapshot that is whole in memory: its parts, then the module that describes it.</summary>
internal static class Blob
{
    public static void Write(TraceOutput output, ModuleInfo info, ReadOnlySpan<byte> bytes)
    {
        var payload = new byte[BlobPart.HeaderSize + Math.Min(bytes.Length, BlobPart.MaxPartBytes)];
        uint part = 0;
        for (var offset = 0; offset < bytes.Length; offset += BlobPart.MaxPartBytes, part++)
        {
            var count = Math.Min(BlobPart.MaxPartBytes, bytes.Length - offset);
            BlobPart.WriteHeader(payload, info.Id, part, (ulong)offset);
            bytes.Slice(offset, count).CopyTo(payload.AsSpan(BlobPart.HeaderSize));
            output.Post(ChunkType.Blob, info.Id, payload.AsSpan(0, BlobPart.HeaderSize + count));
        }

        output.Post(ChunkType.Module, info.Id, info.Encode());
    }
}

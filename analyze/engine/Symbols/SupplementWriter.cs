using TraceKit.Format.Dtr;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine.Symbols;

/// <summary>Writes pieces into a recording: into a copy beside it that takes its place when it is whole on the disk.</summary>
public static class SupplementWriter
{
    /// <summary>Copies the recording and appends the pieces; whatever ends the program meanwhile, there is the old file or the new one.</summary>
    /// <param name="source">The recording.</param>
    /// <param name="pieces">What to add.</param>
    /// <param name="target">The new file; may be the recording's own.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string source, IReadOnlyList<Supplement> pieces, string target)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.tmp");
        try
        {
            File.Copy(source, temporary, overwrite: true); // with its permissions
            using (var reader = DtrReader.Open(source))
            {
                var file = new FileStream(temporary, FileMode.Open, FileAccess.Write, FileShare.Read, 0);
                using var writer = DtrWriter.Continue(file.SafeFileHandle, reader, file);
                foreach (var piece in pieces)
                    Write(writer, piece);

                // A recording that was cut short must not look as if it had ended in order.
                if (reader.End is not null)
                    writer.Finish();
                writer.Flush();
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Appends one piece.</summary>
    internal static void Write(DtrWriter writer, Supplement piece)
    {
        // The bytes first: a Module chunk without its blob would promise what is not there.
        BlobPart.Write(writer, piece.Info.Id, piece.Blob);
        writer.WriteChunk(ChunkType.Module, piece.Info.Id, 0, 0, piece.Info.Encode());
    }
}

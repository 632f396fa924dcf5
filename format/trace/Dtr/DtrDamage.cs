namespace TraceKit.Format.Dtr;

/// <summary>Why bytes of a file, or chunks that should be there, are lost.</summary>
public enum DtrDamageReason
{
    /// <summary>The file header does not check out.</summary>
    FileHeader = 1,

    /// <summary>Bytes where a chunk should begin are no chunk header.</summary>
    NoChunkHeader = 2,

    /// <summary>The file ends inside a chunk.</summary>
    Truncated = 3,

    /// <summary>A chunk of another file (other salt): left over on a reused disk or pasted in.</summary>
    OtherFile = 4,

    /// <summary>Sequence numbers jump: chunks between are missing.</summary>
    SequenceGap = 5,

    /// <summary>A sequence number at or below one already seen.</summary>
    SequenceBack = 6,

    /// <summary>The payload's checksum does not match.</summary>
    PayloadChecksum = 7,

    /// <summary>The payload does not decompress to the length it states, or its content is not what its type says.</summary>
    PayloadContent = 8,
}

/// <summary>One loss.</summary>
/// <param name="Offset">Where in the file.</param>
/// <param name="Bytes">How many bytes are unusable; 0 for a sequence gap with no bytes in its place.</param>
/// <param name="Reason">Why.</param>
/// <param name="MissingChunks">Chunks that the sequence numbers say are missing here; 0 when they can't tell.</param>
/// <param name="Detail">One line for a user.</param>
public sealed record DtrDamage(long Offset, long Bytes, DtrDamageReason Reason, ulong MissingChunks, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"+0x{Offset:x}: {Detail}, {Bytes} bytes unusable" + (MissingChunks == 0 ? "" : $", {MissingChunks} chunks missing");
}

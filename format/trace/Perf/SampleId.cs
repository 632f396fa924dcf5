using System.Runtime.InteropServices;

namespace TraceKit.Format.Perf;

/// <summary><c>struct sample_id</c>: who, when and where, at the end of records other than samples. Absent fields are zero.</summary>
/// <param name="Pid">Process that the record was made in.</param>
/// <param name="Tid">Thread that the record was made in.</param>
/// <param name="Time">Nanoseconds of the recording's clock.</param>
/// <param name="Id">IDENTIFIER, else ID.</param>
/// <param name="StreamId">STREAM_ID.</param>
/// <param name="Cpu">CPU.</param>
public readonly record struct SampleId(uint Pid, uint Tid, ulong Time, ulong Id, ulong StreamId, uint Cpu)
{
    /// <summary>Reads the trailer of <paramref name="record"/>.</summary>
    /// <returns>False when the record is too short for header and trailer.</returns>
    public static bool TryRead(PerfRecord record, SampleLayout layout, out SampleId id)
    {
        var bytes = record.Bytes;
        if (bytes.Length - PerfRecord.HeaderSize < layout.TrailerSize)
        {
            id = default;
            return false;
        }

        var task = At(bytes, layout.TrailerTidBack);
        id = new SampleId((uint)task, (uint)(task >> 32), At(bytes, layout.TrailerTimeBack),
            At(bytes, layout.TrailerIdentifierBack > 0 ? layout.TrailerIdentifierBack : layout.TrailerIdBack),
            At(bytes, layout.TrailerStreamIdBack), (uint)At(bytes, layout.TrailerCpuBack));
        return true;
    }

    /// <summary>Splits a record of at least <paramref name="least"/> bytes of body into body and trailer.</summary>
    internal static bool TrySplit(PerfRecord record, SampleLayout layout, int least, out ReadOnlySpan<byte> body, out SampleId id)
    {
        if (!TryRead(record, layout, out id) || record.Bytes.Length - PerfRecord.HeaderSize - layout.TrailerSize < least)
        {
            body = default;
            return false;
        }

        body = record.Bytes[PerfRecord.HeaderSize..^layout.TrailerSize];
        return true;
    }

    private static ulong At(ReadOnlySpan<byte> bytes, int back) => back == 0 ? 0 : MemoryMarshal.Read<ulong>(bytes[^back..]);
}

using System.Buffers;
using System.Text;
using MessagePack;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Metadata;

/// <summary>MessagePack from a chunk that may be hostile: every failure is a <see cref="BadDataException"/>, nothing recurses.</summary>
internal ref struct MetadataReader
{
    private readonly string _section;
    private MessagePackReader _reader;

    private MetadataReader(ReadOnlyMemory<byte> payload, string section)
    {
        _reader = new MessagePackReader(payload);
        _section = section;
    }

    public delegate T Body<out T>(ref MetadataReader reader);

    public static T Run<T>(ReadOnlyMemory<byte> payload, string section, Body<T> body)
        where T : class
    {
        var reader = new MetadataReader(payload, section);
        try
        {
            return body(ref reader);
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new BadDataException("", section, (ulong)reader._reader.Consumed, BadDataCode.InvalidValue, "MessagePack of this chunk type", e.Message);
        }
    }

    public int MapCount() => _reader.TryReadNil() ? 0 : _reader.ReadMapHeader();

    public int ArrayCount() => _reader.TryReadNil() ? 0 : _reader.ReadArrayHeader();

    /// <summary>An array's length, refused when it is over a limit.</summary>
    public int ArrayCount(int limit)
    {
        var count = ArrayCount();
        if (count > limit)
            throw Limit($"at most {limit} entries");
        return count;
    }

    public string Key() => Text() ?? "";

    /// <summary>A string; null from nil. Invalid UTF-8 becomes U+FFFD: names in /proc are any bytes.</summary>
    public string? Text()
    {
        if (_reader.NextMessagePackType == MessagePackType.Nil)
        {
            _reader.ReadNil();
            return null;
        }

        var bytes = _reader.ReadStringSequence() ?? default;
        if (bytes.Length > InputLimits.ChunkRawBytes)
            throw Limit("a string in one chunk");
        return Encoding.UTF8.GetString(bytes);
    }

    public byte[] Bytes()
    {
        var bytes = _reader.ReadBytes();
        return bytes is null ? [] : bytes.Value.ToArray();
    }

    public ulong UInt64() => _reader.ReadUInt64();

    public long Int64() => _reader.ReadInt64();

    public uint UInt32() => _reader.ReadUInt32();

    public int Int32() => _reader.ReadInt32();

    public bool Boolean() => _reader.ReadBoolean();

    public List<string> Texts()
    {
        var count = ArrayCount();
        var list = new List<string>(Math.Min(count, 64));
        for (var i = 0; i < count; i++)
            list.Add(Text() ?? "");
        return list;
    }

    /// <summary>Passes over a value of any shape without recursion.</summary>
    public void Skip()
    {
        for (var pending = 1L; pending > 0; pending--)
        {
            switch (_reader.NextMessagePackType)
            {
                case MessagePackType.Array:
                    pending += _reader.ReadArrayHeader();
                    break;
                case MessagePackType.Map:
                    pending += 2L * _reader.ReadMapHeader();
                    break;
                default:
                    _reader.Skip();
                    break;
            }
        }
    }

    private readonly BadDataException Limit(string what) =>
        new("", _section, (ulong)_reader.Consumed, BadDataCode.LimitExceeded, what, "more");
}

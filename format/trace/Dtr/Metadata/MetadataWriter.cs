using System.Buffers;
using System.Runtime.CompilerServices;
using MessagePack;

namespace TraceKit.Format.Dtr.Metadata;

/// <summary>Maps with string keys into one chunk's payload.</summary>
/// <remarks>Not inlined: MessagePackWriter's methods are, and each call of one here would take a kilobyte of the agent's code.</remarks>
internal ref struct MetadataWriter
{
    private readonly ArrayBufferWriter<byte> _buffer;
    private MessagePackWriter _writer;

    private MetadataWriter(ArrayBufferWriter<byte> buffer)
    {
        _buffer = buffer;
        _writer = new MessagePackWriter(buffer);
    }

    public static MetadataWriter Create() => new(new ArrayBufferWriter<byte>(512));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Map(int count) => _writer.WriteMapHeader(count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Array(int count) => _writer.WriteArrayHeader(count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Array(string key, int count)
    {
        _writer.Write(key);
        _writer.WriteArrayHeader(count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, string? value)
    {
        _writer.Write(key);
        _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, ulong value)
    {
        _writer.Write(key);
        _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, long value)
    {
        _writer.Write(key);
        _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, bool value)
    {
        _writer.Write(key);
        _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, ReadOnlySpan<byte> value)
    {
        _writer.Write(key);
        _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(string key, IReadOnlyList<string> values)
    {
        Array(key, values.Count);
        foreach (var value in values)
            _writer.Write(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Value(ulong value) => _writer.Write(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Value(long value) => _writer.Write(value);

    public byte[] ToArray()
    {
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }
}

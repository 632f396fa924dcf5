using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceKit.Binary;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <content>Callchains.</content>
public sealed partial class SampleChunkDecoder
{
    private const int MaxEntries = InputLimits.PerfRecordBytes / 8;

    private void ReadChain(uint flags, SampleLayout layout)
    {
        var kind = flags >> ShapeFlags.ChainShift & 7;
        var nr = Take(8);
        var start = _at;
        switch (kind)
        {
            case ShapeFlags.ChainUser:
                ReadPart(_threadState.Chain);
                PutPart(PerfContext.PERF_CONTEXT_USER, _threadState.Chain);
                break;
            case ShapeFlags.ChainKernelUser:
                ReadPart(_threadState.Chain);
                ReadPart(_kernelChain);
                PutPart(PerfContext.PERF_CONTEXT_KERNEL, _kernelChain);
                PutPart(PerfContext.PERF_CONTEXT_USER, _threadState.Chain);
                break;
            case ShapeFlags.ChainKernel:
                ReadPart(_kernelChain);
                PutPart(PerfContext.PERF_CONTEXT_KERNEL, _kernelChain);
                break;
            case ShapeFlags.ChainAny:
                _anyChain.Clear();
                ReadPart(_anyChain);
                PutPart(0, _anyChain);
                break;
            default:
                Throw("a callchain kind of 0 to 3", $"{kind}");
                break;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(nr, (ulong)(_at - start) / 8);
        if ((flags & ShapeFlags.IpFromChain) == 0)
            return;
        if (layout.IpOffset < 0)
            Throw("an IP", "none in the layout");
        for (var at = start; at < _at; at += 8)
        {
            var entry = BinaryPrimitives.ReadUInt64LittleEndian(_record.AsSpan(at));
            if (entry >= PerfContext.PERF_CONTEXT_MAX)
                continue;
            PutAt(layout.IpOffset, entry);
            return;
        }

        Throw("a callchain that gives the IP", "one without an address");
    }

    /// <summary>Writes a marker (0 for none) and entries leaf first.</summary>
    private void PutPart(ulong marker, ChainState state)
    {
        if (marker != 0)
            BinaryPrimitives.WriteUInt64LittleEndian(Take(8), marker);
        var entries = state.Entries;
        var part = MemoryMarshal.Cast<byte, ulong>(Take(entries.Length * 8));
        entries.CopyTo(part);
        part.Reverse();
    }

    private void ReadPart(ChainState state)
    {
        ReadEdit(ref Cursor(SampleColumn.ChainEdits), out var drop, out var add);
        if (drop > state.Count || state.Count - drop + add > MaxEntries)
            Throw($"at most {state.Count} entries dropped and {MaxEntries} in all", $"{drop} dropped, {add} added");
        state.Drop(drop);
        var entries = state.Entries;
        var last = entries.Length > 0 ? entries[^1] : 0;
        var before = entries.Length > 1 ? entries[^2] : 0;
        ref var tokens = ref Cursor(SampleColumn.ChainTokens);
        var hits = -1;
        for (var i = 0; i < add; i++)
        {
            _addresses.Predict(last, before);
            if (hits < 0)
                hits = tokens.Count(add - i, "predicted entries");
            var entry = hits > 0 ? Predicted(_addresses, _addresses.FromPair, out _) : ReadToken(ref tokens);
            hits--;
            state.Add(entry);
            before = last;
            last = entry;
        }
    }

    private ulong ReadToken(ref ColumnCursor tokens)
    {
        var token = tokens.Varint();
        return token == 0 ? Predicted(_addresses, _addresses.FromOne, out _) : NewOrNumber(token);
    }

    /// <summary>A single address.</summary>
    private ulong ReadAddress()
    {
        _addresses.Predict(1, 2);
        var token = Cursor(SampleColumn.ChainTokens).Varint();
        return token == 0 ? Predicted(_addresses, _addresses.FromPair, out _) : NewOrNumber(token);
    }

    private ulong NewOrNumber(ulong token)
    {
        int number;
        ulong entry;
        if (token == 1)
        {
            entry = _lastSymbol += (ulong)Cursor(SampleColumn.ChainSymbols).Zigzag();
            number = _addresses.Append(0, entry);
        }
        else
        {
            if (token - 2 >= (ulong)_addresses.Count)
                Throw($"an address number under {_addresses.Count}", $"{token - 2}");
            number = (int)(token - 2);
            entry = _addresses.Value(number);
        }

        _addresses.Learn(number);
        return entry;
    }

    private ulong Predicted(SymbolModel model, int number, out uint tag)
    {
        if (number < 0)
            Throw("a symbol that can be predicted", "none");
        model.Learn(number);
        tag = model.Tag(number);
        return model.Value(number);
    }

    private static void ReadEdit(ref ColumnCursor edits, out int drop, out int add)
    {
        int packed = edits.Byte();
        drop = packed >> 4;
        add = packed & 15;
        if (drop == 15)
            drop += edits.Count(MaxEntries, "dropped entries");
        if (add == 15)
            add += edits.Count(MaxEntries, "added entries");
    }
}

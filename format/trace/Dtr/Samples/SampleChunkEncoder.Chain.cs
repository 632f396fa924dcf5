using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <content>Callchains: parts, each an edit of an earlier chain; entries through the symbol model.</content>
public sealed partial class SampleChunkEncoder
{
    /// <summary>Above are the kernel's addresses.</summary>
    private const ulong UserEnd = 1UL << 63;

    /// <summary>Where <c>split</c> gets the index of CONTEXT_USER.</summary>
    internal static uint ChainKind(ReadOnlySpan<ulong> chain, out int split)
    {
        split = 0;
        if (chain.Length == 0)
            return ShapeFlags.ChainAny;
        var first = chain[0];
        if (first != PerfContext.PERF_CONTEXT_USER && first != PerfContext.PERF_CONTEXT_KERNEL)
            return ShapeFlags.ChainAny;
        var marker = FindMarker(chain, 1);
        if (marker < 0)
            return first == PerfContext.PERF_CONTEXT_USER ? ShapeFlags.ChainUser : ShapeFlags.ChainKernel;
        if (first != PerfContext.PERF_CONTEXT_KERNEL || chain[marker] != PerfContext.PERF_CONTEXT_USER || FindMarker(chain, marker + 1) >= 0)
            return ShapeFlags.ChainAny;
        split = marker;
        return ShapeFlags.ChainKernelUser;
    }

    /// <summary>The first entry that is an address.</summary>
    internal static bool TryLeaf(ReadOnlySpan<ulong> chain, out ulong leaf)
    {
        foreach (var entry in chain)
        {
            if (entry >= PerfContext.PERF_CONTEXT_MAX)
                continue;
            leaf = entry;
            return true;
        }

        leaf = 0;
        return false;
    }

    private static int FindMarker(ReadOnlySpan<ulong> chain, int from)
    {
        for (var i = from; i < chain.Length; i++)
        {
            if (chain[i] >= PerfContext.PERF_CONTEXT_MAX)
                return i;
        }

        return -1;
    }

    private void WriteChain(ReadOnlySpan<ulong> chain, int split, uint kind)
    {
        switch (kind)
        {
            case ShapeFlags.ChainUser:
                WritePart(chain[1..], _threadState.Chain);
                break;
            case ShapeFlags.ChainKernelUser:
                WritePart(chain[(split + 1)..], _threadState.Chain);
                WritePart(chain[1..split], _kernelChain);
                break;
            case ShapeFlags.ChainKernel:
                WritePart(chain[1..], _kernelChain);
                break;
            default:
                _anyChain.Clear();
                WritePart(chain, _anyChain);
                break;
        }
    }

    /// <summary>Writes entries (leaf first) as an edit of <paramref name="state"/> (root first), which then holds them.</summary>
    private void WritePart(ReadOnlySpan<ulong> part, ChainState state)
    {
        var old = state.Entries;
        var most = Math.Min(old.Length, part.Length);
        var same = 0;
        while (same < most && old[same] == part[part.Length - 1 - same])
            same++;
        var drop = old.Length - same;
        var add = part.Length - same;
        var edits = Column(SampleColumn.ChainEdits);
        edits.Ensure(16);
        WriteEdit(edits, drop, add);
        if (add == 0 && drop == 0)
            return;

        var last = same > 0 ? old[same - 1] : 0;
        var before = same > 1 ? old[same - 2] : 0;
        state.Drop(drop);
        var tokens = Column(SampleColumn.ChainTokens);
        tokens.Ensure(add * 8 + 16);
        Column(SampleColumn.ChainSymbols).Ensure(add * 10 + 16);
        var hits = 0UL;
        var noted = _hits;
        for (var i = add - 1; i >= 0; i--)
        {
            var entry = part[i];
            if (noted is not null && entry < UserEnd)
                noted.Add(entry);
            _addresses.Predict(last, before);
            var predicted = _addresses.FromPair;
            if (_addresses.Is(predicted, 0, entry))
            {
                hits++;
                _addresses.Learn(predicted);
            }
            else
            {
                tokens.Varint(hits);
                hits = 0;
                predicted = _addresses.FromOne;
                if (_addresses.Is(predicted, 0, entry))
                {
                    tokens.Byte(0);
                    _addresses.Learn(predicted);
                }
                else
                {
                    WriteNumber(tokens, entry);
                }
            }

            state.Add(entry);
            before = last;
            last = entry;
        }

        if (hits != 0)
            tokens.Varint(hits);
    }

    /// <summary>A single address: 0 predicted, 1 new, else its number and 2.</summary>
    private void WriteAddress(ulong address)
    {
        if (address < UserEnd)
            _hits?.Add(address);
        var tokens = Column(SampleColumn.ChainTokens);
        tokens.Ensure(16);
        Column(SampleColumn.ChainSymbols).Ensure(16);
        _addresses.Predict(1, 2);
        var predicted = _addresses.FromPair;
        if (_addresses.Is(predicted, 0, address))
        {
            tokens.Byte(0);
            _addresses.Learn(predicted);
            return;
        }

        WriteNumber(tokens, address);
    }

    private void WriteNumber(ByteColumn tokens, ulong address)
    {
        var number = _addresses.Find(0, address);
        if (number >= 0)
        {
            tokens.Varint((ulong)(number + 2));
        }
        else
        {
            tokens.Byte(1);
            Column(SampleColumn.ChainSymbols).Zigzag((long)(address - _lastSymbol));
            _lastSymbol = address;
            number = _addresses.Add(0, address);
        }

        _addresses.Learn(number);
    }

    /// <summary>Two small numbers in one byte; 15 in a half means 15 plus a varint that follows.</summary>
    private static void WriteEdit(ByteColumn edits, int drop, int add)
    {
        edits.Byte((byte)((Math.Min(drop, 15) << 4) | Math.Min(add, 15)));
        if (drop >= 15)
            edits.Varint((ulong)(drop - 15));
        if (add >= 15)
            edits.Varint((ulong)(add - 15));
    }
}

using System.Runtime.InteropServices;
using TraceKit.Format.Perf;

namespace TraceKit.Format.Dtr.Samples;

/// <content>User stacks: byte for byte, or kept words as an edit of the thread's dump before.</content>
public sealed partial class SampleChunkEncoder
{
    /// <summary>Greatest stack pointer of a thinned dump: no address of the dump may wrap.</summary>
    internal const ulong StackAddressLimit = ulong.MaxValue - (1 << 20);

    /// <summary>A word that points this near to its own slot is a distance, not an address.</summary>
    internal const ulong NearBytes = 1 << 23;

    private readonly ushort[] _kept = new ushort[8192];
    private SymbolModel? _stackSymbols;
    private StackState _spare = new();
    private ulong _lastStackSymbol;

    private void ClearStacks()
    {
        _stackSymbols?.Clear();
        _lastStackSymbol = 0;
    }

    private void WriteStack(in PerfSample sample, EventState state, uint kind, StackPointerFilter? filter, ReadOnlySpan<ulong> registers, uint flags)
    {
        if ((flags & ShapeFlags.StackSizeSame) == 0)
        {
            _scalars.Varint((ulong)sample.StackSize);
            state.StackSize = sample.StackSize;
        }

        if ((flags & ShapeFlags.StackDynIsSize) == 0)
            _scalars.Varint(sample.StackDynSizeField);
        if (kind == ShapeFlags.StackRaw)
        {
            var column = Column(SampleColumn.StackRaw);
            column.Ensure(sample.StackSize);
            column.Bytes(sample.Stack);
            RawStacks++;
            return;
        }

        WriteThinned(sample.Stack[..sample.StackDynSize], registers[sample.Layout.StackPointerIndex], filter!);
        FilteredStacks++;
    }

    private void WriteThinned(ReadOnlySpan<byte> dump, ulong stackPointer, StackPointerFilter filter)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(dump);
        var count = filter.Filter(words, stackPointer, (ulong)dump.Length, _kept);
        var edits = Column(SampleColumn.StackEdits);
        var tokens = Column(SampleColumn.StackTokens);
        var symbols = Column(SampleColumn.StackSymbols);

        var old = _threadState.Stack;
        var oldAddresses = old.Addresses;
        var oldValues = old.Values;
        var top = stackPointer + (ulong)words.Length * 8;
        Window(oldAddresses, stackPointer, top, out var i, out var end);

        var next = _spare;
        next.Clear();
        next.Ensure(count);
        edits.Ensure((count + end - i + 1) * 8 + 32);
        tokens.Ensure(count * 6 + 16);
        symbols.Ensure(count * 16 + 16);
        var model = _stackSymbols ??= new SymbolModel();
        var edit = new StackEdit(words.Length);
        var j = count - 1;
        do
        {
            var same = 0;
            while (i < end && j >= 0)
            {
                int index = _kept[j];
                var address = stackPointer + (ulong)index * 8;
                if (oldAddresses[i] != address || oldValues[i] != words[index])
                    break;
                next.Add(address, words[index]);
                edit.Pass(address, words[index], index);
                same++;
                i++;
                j--;
            }

            int drop = 0, add = 0;
            while (i < end || j >= 0)
            {
                var oldAddress = i < end ? oldAddresses[i] : 0;
                int index = j >= 0 ? _kept[j] : 0;
                var address = j >= 0 ? stackPointer + (ulong)index * 8 : 0;
                if (i < end && (j < 0 || oldAddress > address))
                {
                    i++;
                    drop++;
                    continue;
                }

                if (i < end && oldAddress == address)
                {
                    if (oldValues[i] == words[index])
                        break;
                    i++;
                    drop++;
                }

                _hits?.Add(words[index]);
                WriteWord(model, tokens, symbols, ref edit, address, words[index], index);
                next.Add(address, words[index]);
                add++;
                j--;
            }

            edits.Varint((ulong)same);
            WriteEdit(edits, drop, add);
        }
        while (i < end);

        if (edit.Hits != 0)
            tokens.Varint(edit.Hits);
        _spare = old;
        _threadState.Stack = next;
    }

    private void WriteWord(SymbolModel model, ByteColumn tokens, ByteColumn symbols, ref StackEdit edit, ulong address, ulong value, int index)
    {
        var identity = StackEdit.Identity(address, value, out var near);
        var tag = (uint)(edit.Index - 1 - index) << 1 | near;
        model.Predict(edit.Last, edit.Before);
        var predicted = model.FromPair;
        if (model.Is(predicted, tag, identity))
        {
            edit.Hits++;
            model.Learn(predicted);
        }
        else
        {
            tokens.Varint(edit.Hits);
            edit.Hits = 0;
            predicted = model.FromOne;
            if (model.Is(predicted, tag, identity))
            {
                tokens.Byte(0);
            }
            else
            {
                predicted = model.Find(tag, identity);
                if (predicted >= 0)
                {
                    tokens.Varint((ulong)predicted + 2);
                }
                else
                {
                    tokens.Byte(1);
                    symbols.Varint(tag);
                    if (near != 0)
                    {
                        symbols.Zigzag((long)identity);
                    }
                    else
                    {
                        symbols.Zigzag((long)(identity - _lastStackSymbol));
                        _lastStackSymbol = identity;
                    }

                    predicted = model.Add(tag, identity);
                }
            }

            model.Learn(predicted);
        }

        edit.Pass(address, value, index);
    }

    /// <summary>The entries of an old dump (highest first) whose slots are slots of the new one.</summary>
    internal static void Window(ReadOnlySpan<ulong> addresses, ulong stackPointer, ulong top, out int start, out int end)
    {
        start = 0;
        end = addresses.Length;
        if (end != 0 && ((addresses[0] ^ stackPointer) & 7) != 0)
        {
            end = 0;
            return;
        }

        while (start < end && addresses[start] >= top)
            start++;
        while (end > start && addresses[end - 1] < stackPointer)
            end--;
    }
}

/// <summary>Where the walk over a dump's words is, from the highest down, and what the model predicts from.</summary>
internal struct StackEdit(int words)
{
    /// <summary>Index of the last word passed; the count of words at first.</summary>
    public int Index = words;

    public ulong Last, Before, Hits;

    /// <summary>A word near its own slot is the distance to it (wrapping), any other is itself.</summary>
    public static ulong Identity(ulong address, ulong value, out uint near)
    {
        var distance = value - address;
        near = distance + SampleChunkEncoder.NearBytes < SampleChunkEncoder.NearBytes * 2 ? 1U : 0;
        return near != 0 ? distance : value;
    }

    public void Pass(ulong address, ulong value, int index)
    {
        Before = Last;
        Last = Identity(address, value, out _);
        Index = index;
    }
}

using System.Buffers.Binary;
using TraceKit.Binary;

namespace TraceKit.Format.Dtr.Samples;

/// <content>User stacks.</content>
public sealed partial class SampleChunkDecoder
{
    private void ReadStack(uint flags, EventState state, ulong stackPointer)
    {
        var kind = flags >> ShapeFlags.StackShift & 3;
        var sizeField = Take(8);
        if (kind == ShapeFlags.StackNone)
        {
            sizeField.Clear();
            return;
        }

        ref var scalars = ref Cursor(SampleColumn.Scalars);
        if ((flags & ShapeFlags.StackSizeSame) == 0)
            state.StackSize = scalars.Count(InputLimits.PerfRecordBytes, "a stack size");
        var size = state.StackSize;
        var dynSize = (flags & ShapeFlags.StackDynIsSize) != 0 ? (ulong)size : scalars.Varint();
        BinaryPrimitives.WriteUInt64LittleEndian(sizeField, (ulong)size);
        var stack = Take(size);
        switch (kind)
        {
            case ShapeFlags.StackRaw:
                Cursor(SampleColumn.StackRaw).Bytes(size).CopyTo(stack);
                break;
            case ShapeFlags.StackPointers:
                stack.Clear();
                if (stackPointer > SampleChunkEncoder.StackAddressLimit)
                    Throw("a stack pointer that does not wrap", $"0x{stackPointer:x}");
                ReadThinned(stack[..(int)Math.Min(dynSize, (ulong)size)], stackPointer);
                StackFiltered = true;
                break;
            default:
                Throw("a stack kind of 0 to 2", $"{kind}");
                break;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), dynSize);
    }

    private void ReadThinned(Span<byte> dump, ulong stackPointer)
    {
        var words = dump.Length / 8;
        var old = _threadState.Stack;
        var oldAddresses = old.Addresses;
        var oldValues = old.Values;
        SampleChunkEncoder.Window(oldAddresses, stackPointer, stackPointer + (ulong)words * 8, out var i, out var end);

        var next = _spare;
        next.Clear();
        next.Ensure(words);
        ref var edits = ref Cursor(SampleColumn.StackEdits);
        ref var tokens = ref Cursor(SampleColumn.StackTokens);
        ref var symbols = ref Cursor(SampleColumn.StackSymbols);
        var model = _stackSymbols ??= new SymbolModel();
        var edit = new StackEdit(words);
        var hits = -1;
        do
        {
            var same = edits.Count(end - i, "words as before");
            for (; same > 0; same--, i++)
            {
                var address = oldAddresses[i];
                Put(dump, next, ref edit, stackPointer, (long)(address - stackPointer) / 8, oldValues[i]);
            }

            ReadEdit(ref edits, out var drop, out var add);
            if (drop > end - i || add > words)
                Throw($"at most {end - i} words dropped, {words} added", $"{drop}, {add}");
            i += drop;
            for (; add > 0; add--)
            {
                model.Predict(edit.Last, edit.Before);
                if (hits < 0)
                    hits = tokens.Count(words, "predicted words");
                uint tag;
                var identity = hits > 0 ? Predicted(model, model.FromPair, out tag) : ReadWord(model, ref tokens, ref symbols, out tag);
                hits--;
                var index = edit.Index - 1 - (long)(tag >> 1);
                var value = (tag & 1) != 0 ? identity + stackPointer + (ulong)index * 8 : identity;
                Put(dump, next, ref edit, stackPointer, index, value);
            }
        }
        while (i < end);

        _spare = old;
        _threadState.Stack = next;
    }

    private ulong ReadWord(SymbolModel model, ref ColumnCursor tokens, ref ColumnCursor symbols, out uint tag)
    {
        var token = tokens.Varint();
        if (token == 0)
            return Predicted(model, model.FromOne, out tag);
        int number;
        ulong identity;
        if (token == 1)
        {
            tag = (uint)symbols.Count(InputLimits.PerfRecordBytes, "a distance");
            if ((tag & 1) != 0)
                identity = (ulong)symbols.Zigzag();
            else
                identity = _lastStackSymbol += (ulong)symbols.Zigzag();
            number = model.Append(tag, identity);
        }
        else
        {
            if (token - 2 >= (ulong)model.Count)
                Throw($"a word number under {model.Count}", $"{token - 2}");
            number = (int)(token - 2);
            tag = model.Tag(number);
            identity = model.Value(number);
        }

        model.Learn(number);
        return identity;
    }

    private void Put(Span<byte> dump, StackState next, ref StackEdit edit, ulong stackPointer, long index, ulong value)
    {
        if (index < 0 || index >= edit.Index)
            Throw($"a word below {edit.Index}", $"{index}");
        var address = stackPointer + (ulong)index * 8;
        BinaryPrimitives.WriteUInt64LittleEndian(dump[((int)index * 8)..], value);
        next.Add(address, value);
        edit.Pass(address, value, (int)index);
    }
}

using TraceKit.Binary;
using TraceKit.DebugInfo.Go;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Rows of Go code, from the stack depths in its function table: stripped Go programs have no other unwind information.</summary>
/// <remarks>
/// <para>As the runtime's own traceback does it (<c>runtime/traceback.go</c>): the return address stands above as many bytes as the table says, and a
/// function that uses stack saves rbp below it. Where a function's stack pointer is moved to another stack (SPWRITE) the table's depth means nothing to
/// a caller's frame; the functions that switch to the scheduler's stack are that stack's outermost, others get no row, which leaves them to the frame pointer.</para>
/// <para>Before <c>.debug_frame</c>, which has the same depths and knows nothing of ends and switches.</para>
/// </remarks>
internal sealed partial class UnwindTableBuilder
{
    /// <summary>The frame of an rbp saved below the return address: 2 words under the CFA, in the place of rbp.</summary>
    private const ulong SavedRbp = 2UL << 8;

    private void AddGo()
    {
        GoPclntab? table;
        try
        {
            table = GoPclntab.TryOpen(_image);
        }
        catch (BadDataException e)
        {
            _damaged++;
            _firstDamage ??= e;
            return;
        }

        if (table is null)
            return;
        var end = _rules.Add(new UnwindRule(UnwindRuleKind.EndOfStack, 0, 0, 0, false));
        for (var i = 0; i < table.Count && _rows <= MaximumRows; i++)
        {
            var function = table[i];
            var start = function.Entry.Value - _base;
            if (function.End <= function.Entry || start > uint.MaxValue || function.End.Value - _base > uint.MaxValue || !_image.IsCodeAddress(function.Entry))
            {
                _discarded++;
                continue;
            }

            _entries++;
            _firstRow = _rows;
            if (IsOutermost(table, function))
                Append((uint)start, end);
            else if (!function.HasStackTable || (function.Flags & GoConstants.FuncFlag_SPWRITE) != 0)
                continue;
            else
                AddGoRows(table, function);
            _spans.Add(new Span { Start = (uint)start, End = (uint)(function.End.Value - _base), FirstRow = _firstRow, RowCount = _rows - _firstRow });
        }
    }

    private void AddGoRows(GoPclntab table, in GoFunction function)
    {
        var depths = table.StackDepths(function);
        while (depths.TryNext() && depths.Start < function.End.Value && _rows <= MaximumRows)
        {
            _sourceRows++;
            var rule = depths.Value < 0 || depths.Value > int.MaxValue - 8
                ? new UnwindRule(UnwindRuleKind.Bad, 0, 0, 0, false)
                : new UnwindRule(UnwindRuleKind.Frame, 7, depths.Value + 8, depths.Value >= 8 ? SavedRbp : 0, false);
            Append((uint)(depths.Start - _base), _rules.Add(rule));
        }
    }

    /// <summary>By flag since Go 1.17, before by name; and what switches stacks is the outermost frame of the stack it switched to.</summary>
    private static bool IsOutermost(GoPclntab table, in GoFunction function)
    {
        if ((function.Flags & GoConstants.FuncFlag_TOPFRAME) != 0)
            return true;
        var name = table.NameBytes(function);
        return name.StartsWith("runtime."u8) && (name.SequenceEqual("runtime.goexit"u8) || name.SequenceEqual("runtime.mstart"u8) || name.SequenceEqual("runtime.rt0_go"u8) ||
            name.SequenceEqual("runtime.systemstack"u8) || name.SequenceEqual("runtime.mcall"u8) || name.SequenceEqual("runtime.morestack"u8) ||
            name.SequenceEqual("runtime.asmcgocall"u8) || name.SequenceEqual("runtime.goexit.abi0"u8) || name.SequenceEqual("runtime.mstart.abi0"u8));
    }
}

using System.Text;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The text of <c>/proc/kallsyms</c>: <c>ADDRESS TYPE NAME[\t[MODULE]]</c> a line.</summary>
public sealed partial class Kallsyms
{
    /// <summary>Reads the kernel's text; lines that are not functions, or not of the form, are passed over.</summary>
    /// <param name="text">The whole file. Not kept.</param>
    /// <returns>Never throws; <see cref="State"/> says when the addresses are hidden or nothing is there.</returns>
    public static Kallsyms Parse(ReadOnlySpan<byte> text)
    {
        var capacity = (text.Length / 48) + 16;
        var starts = new List<ulong>(capacity);
        var nameOffsets = new List<int>(capacity);
        var modules = new List<ushort>(capacity);
        var flags = new List<byte>(capacity);
        var names = new byte[text.Length + 1];
        var moduleNames = new List<string> { "" };
        var moduleText = default(ReadOnlySpan<byte>);
        ushort module = 0;
        var used = 0;
        ulong anyAddress = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (!TryParseLine(line, out var address, out var type, out var name, out var bracket))
                continue;
            // Modules come in runs: the last one is nearly always right.
            if (!bracket.SequenceEqual(moduleText))
            {
                module = ModuleIndex(moduleNames, bracket);
                moduleText = bracket;
            }

            anyAddress |= address;
            starts.Add(address);
            modules.Add(module);
            flags.Add(type);
            nameOffsets.Add(used);
            name.CopyTo(names.AsSpan(used));
            used += name.Length;
            names[used++] = 0;
        }

        var state = starts.Count == 0 ? KallsymsState.Empty : anyAddress == 0 ? KallsymsState.Hidden : KallsymsState.Present;
        if (state != KallsymsState.Present)
            return new Kallsyms(state, default, [], [], [], [], [""]);
        return Sorted(names.AsMemory(0, used), [.. starts], [.. nameOffsets], [.. modules], [.. flags], [.. moduleNames]);
    }

    /// <summary>By address, names of one address in the order the kernel lists them: the last one is the one to show.</summary>
    private static Kallsyms Sorted(
        ReadOnlyMemory<byte> names, ulong[] starts, int[] nameOffsets, ushort[] modules, byte[] flags, string[] moduleNames)
    {
        var sorted = true;
        for (var i = 1; i < starts.Length && sorted; i++)
            sorted = starts[i - 1] <= starts[i];
        if (sorted)
            return new Kallsyms(KallsymsState.Present, names, starts, nameOffsets, modules, flags, moduleNames);

        var order = new int[starts.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var keys = (ulong[])starts.Clone();
        Array.Sort(keys, order);
        // Array.Sort is not stable: put the aliases of one address back into the kernel's order.
        for (var first = 0; first < keys.Length;)
        {
            var past = first + 1;
            while (past < keys.Length && keys[past] == keys[first])
                past++;
            if (past - first > 1)
                Array.Sort(order, first, past - first);
            first = past;
        }

        return new Kallsyms(
            KallsymsState.Present, names, keys, Take(nameOffsets, order), Take(modules, order), Take(flags, order), moduleNames);
    }

    private static T[] Take<T>(T[] values, int[] order)
    {
        var taken = new T[order.Length];
        for (var i = 0; i < order.Length; i++)
            taken[i] = values[order[i]];
        return taken;
    }

    private static ushort ModuleIndex(List<string> moduleNames, ReadOnlySpan<byte> bracket)
    {
        var name = Encoding.UTF8.GetString(bracket);
        var index = moduleNames.IndexOf(name);
        if (index >= 0)
            return (ushort)index;
        if (moduleNames.Count > ushort.MaxValue)
            return 0;
        moduleNames.Add(name);
        return (ushort)(moduleNames.Count - 1);
    }

    private static bool TryParseLine(
        ReadOnlySpan<byte> line, out ulong address, out byte type, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> module)
    {
        address = 0;
        type = 0;
        name = module = default;
        var at = 0;
        for (; at < line.Length && at <= 16; at++)
        {
            var digit = (uint)(line[at] | 0x20);
            var value = digit - '0' <= 9 ? digit - '0' : digit - 'a' <= 5 ? digit - 'a' + 10 : 16;
            if (value > 15)
                break;
            address = (address << 4) | value;
        }

        if (at is 0 or > 16 || line.Length < at + 4 || line[at] != ' ' || line[at + 2] != ' ')
            return false;
        switch (line[at + 1])
        {
            case (byte)'t': type = 0; break;
            case (byte)'T': type = 1; break;
            case (byte)'w': type = 2; break;
            case (byte)'W': type = 3; break;
            default: return false;
        }

        name = line[(at + 3)..];
        var tab = name.IndexOf((byte)'\t');
        if (tab >= 0)
        {
            module = name[(tab + 1)..];
            name = name[..tab];
            if (module.Length >= 2 && module[0] == '[' && module[^1] == ']')
                module = module[1..^1];
        }

        // '$x', '$d': mapping symbols of ARM, which perf leaves out too. A NUL would end the name early.
        return !name.IsEmpty && name[0] != '$' && !name.Contains((byte)0) && !module.Contains((byte)0);
    }
}

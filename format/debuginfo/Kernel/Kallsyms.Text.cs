using System.Text;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>The text of <c>/proc/kallsyms</c>: <c>ADDRESS TYPE NAME[\t[MODULE]]</c> a line.</summary>
public sealed partial class Kallsyms
{
    /// <summary>What each byte is worth as a hexadecimal digit; 255 when it is none.</summary>
    private static readonly byte[] s_digits = MakeDigits();

    /// <summary>Reads the kernel's text; lines that are not functions, or not of the form, are passed over.</summary>
    /// <param name="text">The whole file. Not kept.</param>
    /// <returns>Never throws; <see cref="State"/> says when the addresses are hidden or nothing is there.</returns>
    public static Kallsyms Parse(ReadOnlySpan<byte> text)
    {
        // 48 bytes is a short line; the columns grow where there are shorter ones.
        var capacity = (text.Length / 48) + 16;
        var starts = new ulong[capacity];
        var nameOffsets = new int[capacity];
        var modules = new ushort[capacity];
        var flags = new byte[capacity];
        var names = GC.AllocateUninitializedArray<byte>(text.Length + 1);
        var moduleNames = new List<string> { "" };
        var moduleText = default(ReadOnlySpan<byte>);
        ushort module = 0;
        int used = 0, count = 0;
        ulong anyAddress = 0;
        var hasNul = text.Contains((byte)0);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            // Names are ended by a NUL here: one inside of a name would be the end of it.
            if ((hasNul && line.Contains((byte)0)) || !TryParseLine(line, out var address, out var type, out var name, out var bracket))
                continue;
            // Modules come in runs: the last one is nearly always right.
            if (!bracket.SequenceEqual(moduleText))
            {
                module = ModuleIndex(moduleNames, bracket);
                moduleText = bracket;
            }

            if (count == capacity)
            {
                capacity *= 2;
                Array.Resize(ref starts, capacity);
                Array.Resize(ref nameOffsets, capacity);
                Array.Resize(ref modules, capacity);
                Array.Resize(ref flags, capacity);
            }

            anyAddress |= address;
            starts[count] = address;
            modules[count] = module;
            flags[count] = type;
            nameOffsets[count++] = used;
            name.CopyTo(names.AsSpan(used));
            used += name.Length;
            names[used++] = 0;
        }

        var state = count == 0 ? KallsymsState.Empty : anyAddress == 0 ? KallsymsState.Hidden : KallsymsState.Present;
        if (state != KallsymsState.Present)
            return new Kallsyms(state, default, [], [], [], [], [""]);
        return Sorted(names.AsMemory(0, used), starts[..count], nameOffsets[..count], modules[..count], flags[..count], [.. moduleNames]);
    }

    private static byte[] MakeDigits()
    {
        var digits = new byte[256];
        Array.Fill(digits, (byte)255);
        for (var i = 0; i < 16; i++)
            digits["0123456789abcdef"[i]] = digits["0123456789ABCDEF"[i]] = (byte)i;
        return digits;
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
            var value = (uint)s_digits[line[at]];
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

        // '$x', '$d': mapping symbols of ARM, which perf leaves out too.
        return !name.IsEmpty && name[0] != '$';
    }
}

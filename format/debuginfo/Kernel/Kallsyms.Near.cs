using TraceKit.Binary;

namespace TraceKit.DebugInfo.Kernel;

/// <summary>Of a hundred thousand symbols those that a few addresses need: nothing else is kept, so a list of megabytes is read through a small buffer.</summary>
public sealed partial class Kallsyms
{
    /// <summary>Reads of the kernel's text what answers some addresses.</summary>
    /// <param name="read">Called until it returns 0.</param>
    /// <param name="addresses">Ascending, each once.</param>
    /// <returns>
    /// Answers these addresses as <see cref="Read"/> would, and no others: it has the symbols around them only, <see cref="Count"/> of them. <see cref="State"/> and <see cref="Modules"/> are those of the
    /// whole text.
    /// </returns>
    public static Kallsyms ReadNear(ReadPiece read, ReadOnlySpan<ulong> addresses)
    {
        var builder = new NearBuilder(addresses.ToArray());
        ReadLines(read, builder);
        return builder.Build();
    }

    /// <summary>Reads of the compact form what answers some addresses; see <see cref="ReadNear"/>.</summary>
    /// <param name="compact">Not kept.</param>
    /// <param name="addresses">Ascending, each once.</param>
    /// <exception cref="BadDataException">It is not of that form.</exception>
    public static Kallsyms ReadCompactNear(ReadOnlyMemory<byte> compact, ReadOnlySpan<ulong> addresses)
    {
        var reader = new CompactReader(compact.Span);
        if (reader.State != KallsymsState.Present)
            return ReadCompact(compact);
        var builder = new NearBuilder(addresses.ToArray());
        for (var i = 0; reader.MoveNext(); i++)
            builder.AddSymbol(reader.Address, reader.Flags[i], reader.Name, reader.Modules[i]);
        return builder.Build(KallsymsState.Present, reader.ModuleNames);
    }

    /// <summary>Reads from the start of the kernel's text whether it has addresses, and where a function is.</summary>
    /// <param name="read">Called until both are known, or it returns 0.</param>
    /// <param name="name">The function's whole name; empty when none is asked for.</param>
    /// <param name="found">Its address; of several the first in the text.</param>
    /// <returns><see cref="KallsymsState.Present"/> as soon as an address is not zero.</returns>
    public static KallsymsState Probe(ReadPiece read, string name, out Avma? found)
    {
        var probe = new Prober(System.Text.Encoding.UTF8.GetBytes(name));
        ReadLines(read, probe);
        found = probe.Found;
        return probe.State;
    }

    private sealed class Prober(byte[] name) : LineReader
    {
        public Avma? Found { get; private set; }

        public KallsymsState State => StateAtEnd;

        public override bool IsDone => AnyAddress != 0 && (name.Length == 0 || Found is not null);

        protected override void Add(ulong address, byte type, ReadOnlySpan<byte> function, ushort module)
        {
            if (name.Length > 0 && Found is null && function.SequenceEqual(name))
                Found = new Avma(address);
        }
    }

    /// <summary>
    /// The addresses cut the kernel into slots, each from just above one address up to the next. An address is answered by the last symbol of the nearest slot up to it that has one, and how far that
    /// reaches by the first symbol of the next such slot: of each slot the first and the last are kept.
    /// </summary>
    private sealed class NearBuilder(ulong[] addresses) : LineReader
    {
        private readonly Slot[] _slots = new Slot[addresses.Length + 1];
        private int _slot; // the one that the symbol before was in: most are in the same
        private int _used;

        /// <summary>What was found in a slot.</summary>
        private struct Slot
        {
            public ulong First, Last;
            public ushort FirstModule, LastModule;
            public byte LastFlags;
            public bool IsUsed;
            public byte[] Name; // of the last one
            public int NameLength;
        }

        public Kallsyms Build() => Build(StateAtEnd, ModuleNames);

        /// <summary>Makes the list; its modules are those of all symbols.</summary>
        public Kallsyms Build(KallsymsState state, string[] moduleNames)
        {
            if (state != KallsymsState.Present)
                return new Kallsyms(state, default, [], [], [], [], [""]);
            var starts = new List<ulong>(2 * _used);
            var nameOffsets = new List<int>(2 * _used);
            var modules = new List<ushort>(2 * _used);
            var flags = new List<byte>(2 * _used);
            var names = new List<byte> { 0 };
            foreach (ref readonly var slot in _slots.AsSpan())
            {
                if (!slot.IsUsed)
                    continue;
                // Nobody asks for the name of the first one: it only ends what is before it.
                starts.Add(slot.First);
                nameOffsets.Add(0);
                modules.Add(slot.FirstModule);
                flags.Add(0);
                starts.Add(slot.Last);
                nameOffsets.Add(names.Count);
                modules.Add(slot.LastModule);
                flags.Add(slot.LastFlags);
                names.AddRange(slot.Name.AsSpan(0, slot.NameLength));
                names.Add(0);
            }

            return new Kallsyms(state, names.ToArray(), [.. starts], [.. nameOffsets], [.. modules], [.. flags], moduleNames);
        }

        protected override void Add(ulong address, byte type, ReadOnlySpan<byte> name, ushort module) => AddSymbol(address, type, name, module);

        public void AddSymbol(ulong address, byte flags, ReadOnlySpan<byte> name, ushort module)
        {
            if (!(_slot == 0 || addresses[_slot - 1] < address) || !(_slot == addresses.Length || address <= addresses[_slot]))
            {
                var found = Array.BinarySearch(addresses, address);
                _slot = found < 0 ? ~found : found;
            }

            ref var slot = ref _slots[_slot];
            var isFirst = !slot.IsUsed;
            if (isFirst)
            {
                slot.IsUsed = true;
                slot.Name = [];
                _used++;
            }

            // Of one address the kernel's first and last.
            if (isFirst || address < slot.First)
                (slot.First, slot.FirstModule) = (address, module);
            if (!isFirst && address < slot.Last)
                return;
            (slot.Last, slot.LastModule, slot.LastFlags) = (address, module, flags);
            if (slot.Name.Length < name.Length)
                slot.Name = new byte[Math.Max(64, name.Length)];
            name.CopyTo(slot.Name);
            slot.NameLength = name.Length;
        }
    }
}

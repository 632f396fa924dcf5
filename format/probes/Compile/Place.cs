using System.Globalization;

namespace TraceKit.Probes.Compile;

/// <summary>Where a value is, in words of the kernel's fetch arguments.</summary>
internal abstract class Place
{
    /// <summary>The value itself is a word that the kernel has at hand: <c>%di</c>, <c>$retval</c>.</summary>
    public sealed class Word(string text) : Place
    {
        /// <summary>Text of the word.</summary>
        public string Text { get; } = text;
    }

    /// <summary>In memory, so many bytes from what a base says.</summary>
    public sealed class Memory(MemoryBase origin, long offset) : Place
    {
        /// <summary>What the address is counted from.</summary>
        public MemoryBase Origin { get; } = origin;

        /// <summary>Bytes from there.</summary>
        public long Offset { get; } = offset;

        /// <summary>The fetch argument that reads it.</summary>
        public string Text => Origin.Read(Offset);

        /// <summary>The same, further on.</summary>
        public Memory At(long more) => new(Origin, unchecked(Offset + more));
    }

    /// <summary>The value is the sum of a word and a number, which the kernel cannot fetch; but what it points to, it can.</summary>
    public sealed class Sum(string text, long offset) : Place
    {
        /// <summary>Text of the word.</summary>
        public string Text { get; } = text;

        /// <summary>What is added.</summary>
        public long Offset { get; } = offset;
    }

    /// <summary>The value is known already.</summary>
    public sealed class Known(long value) : Place
    {
        /// <summary>The value.</summary>
        public long Value { get; } = value;
    }

    /// <summary>The value's bytes are in several places.</summary>
    public sealed class Parts(IReadOnlyList<(Place? Place, uint ByteSize)> items) : Place
    {
        /// <summary>By order of the bytes; null is nowhere.</summary>
        public IReadOnlyList<(Place? Place, uint ByteSize)> Items { get; } = items;
    }

    /// <summary>Nowhere, and why.</summary>
    public sealed class Nowhere(string reason) : Place
    {
        /// <summary>A clause.</summary>
        public string Reason { get; } = reason;
    }
}

/// <summary>What an address in memory is counted from.</summary>
internal abstract class MemoryBase
{
    /// <summary>The fetch argument that reads memory so many bytes from here.</summary>
    public abstract string Read(long offset);

    /// <summary>An address that is a word: <c>+8(%di)</c>.</summary>
    /// <param name="word">Text of the word.</param>
    /// <param name="isUser">Memory of the process although the probe is the kernel's: <c>+u8(%di)</c>.</param>
    public sealed class OfWord(string word, bool isUser) : MemoryBase
    {
        public string Word { get; } = word;

        public override string Read(long offset)
        {
            var sign = offset < 0 ? "-" : "+";
            var bytes = (offset < 0 ? unchecked((ulong)-offset) : (ulong)offset).ToString(CultureInfo.InvariantCulture);
            return $"{sign}{(isUser ? "u" : "")}{bytes}({Word})";
        }
    }

    /// <summary>An object of the kernel's by its symbol: <c>@jiffies+8</c>.</summary>
    public sealed class OfSymbol(string symbol) : MemoryBase
    {
        public override string Read(long offset) =>
            offset == 0 ? "@" + symbol : string.Create(CultureInfo.InvariantCulture, $"@{symbol}{(offset < 0 ? "" : "+")}{offset}");
    }

    /// <summary>
    /// A static object of a probed file: <c>@+OFFSET</c>. The kernel adds OFFSET to where the start of the file would be if all of it were mapped as the probed
    /// instruction is, so what is counted is not the object's place in the file but its address less the instruction's, plus the instruction's place in the file.
    /// </summary>
    /// <param name="distance">That number for the object's first byte.</param>
    public sealed class OfFile(long distance) : MemoryBase
    {
        public override string Read(long offset)
        {
            var at = unchecked(distance + offset);
            return at < 0 ? string.Create(CultureInfo.InvariantCulture, $"@+{at}") : "@+0x" + at.ToString("x", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A fixed address: <c>@0xffffffff81000000</c>.</summary>
    public sealed class OfAddress(ulong address) : MemoryBase
    {
        public override string Read(long offset) => "@0x" + unchecked(address + (ulong)offset).ToString("x", CultureInfo.InvariantCulture);
    }
}

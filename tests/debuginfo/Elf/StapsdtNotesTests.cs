using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Elf;

/// <summary>Notes of markers (<c>.note.stapsdt</c>).</summary>
public class StapsdtNotesTests
{
    private static byte[] Descriptor(ulong pc, ulong linkBase, ulong semaphore, string provider, string name, string arguments) =>
        new ByteWriter().U64(pc).U64(linkBase).U64(semaphore).CString(provider).CString(name).CString(arguments).ToArray();

    private static byte[] File(byte[] notes, ulong? baseAddress)
    {
        var file = new ElfBuilder();
        file.AddSection(".note.stapsdt", ElfConstants.SHT_NOTE, 0, 0, notes);
        if (baseAddress is { } address)
            file.AddSection(".stapsdt.base", ElfConstants.SHT_PROGBITS, ElfConstants.SHF_ALLOC, address, [0]);
        return file.Build();
    }

    private static byte[] Two => [.. ElfBuilder.Note(3, "stapsdt", Descriptor(0x1000, 0x5000, 0, "p", "one", "8@%rdi -4@$5")),
        .. ElfBuilder.Note(3, "stapsdt", Descriptor(0x1010, 0x5000, 0x7002, "prov", "second", ""))];

    /// <summary>What a file was moved by when it was prelinked is added to the note's addresses, but to no counter that there is none of.</summary>
    [Theory]
    [InlineData(null, 0)]
    [InlineData(0x5000UL, 0)]
    [InlineData(0x7f0000005000UL, 0x7f0000000000)]
    [InlineData(0x4000UL, -0x1000)]
    public void Read_Notes_MovedAsTheirBase(ulong? baseAddress, long moved)
    {
        var notes = StapsdtNotes.Read(ElfImage.Parse(File(Two, baseAddress), "f"), out var damage);
        Assert.Null(damage);
        Assert.Equal(
            [new("p", "one", new Svma(0x1000 + (ulong)moved), default, "8@%rdi -4@$5"), new("prov", "second", new Svma(0x1010 + (ulong)moved), new Svma(0x7002 + (ulong)moved), "")],
            notes);
    }

    /// <summary>Notes of others are passed over; one that is cut short ends the list and is told.</summary>
    [Fact]
    public void Read_OtherAndDamagedNotes_WholeOnesKept()
    {
        byte[] mixed = [.. ElfBuilder.Note(1, "GNU", [1, 2, 3, 4]), .. Two, .. ElfBuilder.Note(3, "stapsdt", [1, 2, 3]), .. ElfBuilder.Note(3, "stapsdt", Descriptor(1, 0, 0, "p", "last", "")), 1, 2, 3];
        Assert.Equal(["one", "second", "last"], StapsdtNotes.Read(ElfImage.Parse(File(mixed, null), "f"), out var damage).Select(n => n.Name));
        Assert.Contains(".note.stapsdt+0x", damage, StringComparison.Ordinal);
        Assert.Empty(StapsdtNotes.Read(ElfImage.Parse(new ElfBuilder().Build(), "f"), out damage));
        Assert.Null(damage);
    }

    /// <summary>Cut and flipped at every byte.</summary>
    [Fact]
    public void Read_CutAndFlipped_OnlyBadData() =>
        Hostile.CutAndFlip(File(Two, 0x5000), bytes => StapsdtNotes.Read(ElfImage.Parse(bytes, "f"), out _));
}

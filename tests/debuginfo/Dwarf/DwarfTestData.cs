using TraceKit.Binary;
using TraceKit.DebugInfo.Dwarf;
using TraceKit.DebugInfo.Elf;
using TraceKit.DebugInfo.Source;
using TraceKit.Testing;

namespace TraceKit.DebugInfo.Tests.Dwarf;

/// <summary>Entries that most tests need, and answers as text.</summary>
internal static class DwarfTestData
{
    /// <summary>A compile unit; with a range when it has a length.</summary>
    public static DwarfEntry Unit(string name, ulong start = 0, ulong length = 0)
    {
        var unit = new DwarfEntry(DW_TAG.compile_unit).With(DW_AT.name, DW_FORM.strp, name);
        return length == 0 ? unit : unit.Range(start, length);
    }

    public static DwarfEntry Function(string? name, ulong start = 0, ulong length = 0)
    {
        var function = new DwarfEntry(DW_TAG.subprogram);
        if (name is not null)
            function.With(DW_AT.name, DW_FORM.@string, name);
        return length == 0 ? function : function.Range(start, length);
    }

    public static DwarfEntry Inlined(DwarfEntry origin, ulong start, ulong length, int line) =>
        new DwarfEntry(DW_TAG.inlined_subroutine).With(DW_AT.abstract_origin, DW_FORM.ref4, origin).Range(start, length).With(DW_AT.call_line, DW_FORM.udata, line)
            .With(DW_AT.call_column, DW_FORM.data1, 9);

    /// <summary>As versions before 4 say it as well: two addresses.</summary>
    public static DwarfEntry Range(this DwarfEntry entry, ulong start, ulong length) =>
        entry.With(DW_AT.low_pc, DW_FORM.addr, start).With(DW_AT.high_pc, DW_FORM.addr, start + length);

    public static DwarfInfo Open(byte[] file, DwarfFiles files = default) => DwarfInfo.Open(ElfImage.Parse(file, "test"), files);

    public static DwarfInfo Open(this DwarfBuilder builder, DwarfFiles files = default) => Open(builder.Image(), files);

    /// <summary>The chain of one address: <c>inner:line:column &lt; outer:line:column</c>.</summary>
    public static string Chain(this ISourceResolver resolver, ulong address)
    {
        var frames = new SourceFrames();
        resolver.Resolve([new Svma(address)], frames);
        return Chain(frames, 0);
    }

    public static string Chain(SourceFrames frames, int address)
    {
        var text = new List<string>();
        foreach (var frame in frames[address])
            text.Add($"{(frame.Name == 0 ? "?" : frames.Text(frame.Name))}{(frame.File == 0 ? "" : "@" + frames.Text(frame.File))}{(frame.Line == 0 ? "" : $":{frame.Line}")}{(frame.Column == 0 ? "" : $":{frame.Column}")}");
        return text.Count == 0 ? "-" : string.Join(" < ", text);
    }
}

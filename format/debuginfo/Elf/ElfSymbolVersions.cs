using System.Text;
using TraceKit.Binary;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Elf;

/// <summary>The versions of dynamic symbols: <c>memcpy@@GLIBC_2.14</c> is the version that new programs bind to, <c>memcpy@GLIBC_2.2.5</c> one kept for old ones.</summary>
/// <remarks>LSB 5.0 Core §10.7 (<c>.gnu.version</c>, <c>.gnu.version_d</c>, <c>.gnu.version_r</c>).</remarks>
public sealed class ElfSymbolVersions
{
    /// <summary>Bit 15 of an entry: not the default version.</summary>
    private const ushort Hidden = 0x8000;

    private readonly ReadOnlyMemory<byte> _indexes;
    private readonly Dictionary<ushort, (string Name, bool Defined)> _names = [];
    private readonly bool _isBigEndian;

    private ElfSymbolVersions(ReadOnlyMemory<byte> indexes, bool bigEndian)
    {
        _indexes = indexes;
        _isBigEndian = bigEndian;
    }

    /// <summary>Reads the versions of <c>.dynsym</c>; none for a file without them. A damaged table gives what stands before the damage.</summary>
    public static ElfSymbolVersions Read(ElfImage image)
    {
        ReadOnlyMemory<byte> indexes = default, definitions = default, needs = default, definitionNames = default, needNames = default;
        foreach (ref readonly var s in image.Sections)
        {
            switch (s.Type)
            {
                case SHT_GNU_versym:
                    image.TryStoredData(s, out indexes);
                    break;
                case SHT_GNU_verdef when s.Link < (uint)image.Sections.Length && image.TryStoredData(s, out definitions):
                    image.TryStoredData(image.Sections[(int)s.Link], out definitionNames);
                    break;
                case SHT_GNU_verneed when s.Link < (uint)image.Sections.Length && image.TryStoredData(s, out needs):
                    image.TryStoredData(image.Sections[(int)s.Link], out needNames);
                    break;
            }
        }

        var versions = new ElfSymbolVersions(indexes, image.IsBigEndian);
        versions.ReadDefinitions(definitions.Span, definitionNames.Span);
        versions.ReadNeeds(needs.Span, needNames.Span);
        return versions;
    }

    /// <summary>The version of a dynamic symbol.</summary>
    /// <param name="index">Position in <c>.dynsym</c>.</param>
    /// <param name="version">Its name: <c>GLIBC_2.14</c>.</param>
    /// <param name="isDefault">It is defined here and what new programs bind to: shown by two signs, <c>@@</c>.</param>
    /// <returns>False when the symbol has none (local, or global without a version).</returns>
    public bool TryGet(int index, out string version, out bool isDefault)
    {
        version = "";
        isDefault = false;
        var c = new SpanCursor(_indexes.Span, ".gnu.version", _isBigEndian);
        if (index < 0 || index > int.MaxValue / 2 || !c.TrySeek(index * 2) || !c.TryReadUInt16(out var entry))
            return false;
        var number = (ushort)(entry & ~Hidden);
        if (number <= 1 || !_names.TryGetValue(number, out var found)) // VER_NDX_LOCAL, VER_NDX_GLOBAL
            return false;
        version = found.Name;
        isDefault = found.Defined && (entry & Hidden) == 0;
        return true;
    }

    // Elfxx_Verdef: vd_version, vd_flags, vd_ndx, vd_cnt (16 bits each), vd_hash, vd_aux, vd_next (32 bits each). Elfxx_Verdaux: vda_name, vda_next.
    private void ReadDefinitions(ReadOnlySpan<byte> section, ReadOnlySpan<byte> names)
    {
        uint at = 0;
        for (var left = section.Length / 20; left > 0; left--) // each takes 20 bytes: a cycle ends
        {
            var c = new SpanCursor(section, ".gnu.version_d", _isBigEndian);
            if (!c.TrySeek((int)at) || !c.TryReadUInt16(out _) || !c.TryReadUInt16(out _) || !c.TryReadUInt16(out var index) || !c.TryReadUInt16(out _) ||
                !c.TryReadUInt32(out _) || !c.TryReadUInt32(out var aux) || !c.TryReadUInt32(out var next))
            {
                return;
            }

            if (aux <= (uint)section.Length - at && c.TrySeek((int)(at + aux)) && c.TryReadUInt32(out var name))
                _names.TryAdd((ushort)(index & ~Hidden), (Text(names, name), true));
            if (next == 0 || next > (uint)section.Length - at)
                return;
            at += next;
        }
    }

    // Elfxx_Verneed: vn_version, vn_cnt (16 bits each), vn_file, vn_aux, vn_next. Elfxx_Vernaux: vna_hash (32), vna_flags, vna_other (16 each), vna_name, vna_next.
    private void ReadNeeds(ReadOnlySpan<byte> section, ReadOnlySpan<byte> names)
    {
        uint at = 0;
        var left = section.Length / 16;
        while (left-- > 0)
        {
            var c = new SpanCursor(section, ".gnu.version_r", _isBigEndian);
            if (!c.TrySeek((int)at) || !c.TryReadUInt16(out _) || !c.TryReadUInt16(out var count) || !c.TryReadUInt32(out _) || !c.TryReadUInt32(out var aux) || !c.TryReadUInt32(out var next))
                return;
            for (var entry = at; count > 0 && left > 0 && aux <= (uint)section.Length - entry; count--, left--)
            {
                entry += aux;
                if (!c.TrySeek((int)entry) || !c.TryReadUInt32(out _) || !c.TryReadUInt16(out _) || !c.TryReadUInt16(out var index) || !c.TryReadUInt32(out var name) || !c.TryReadUInt32(out aux))
                    break;
                _names.TryAdd((ushort)(index & ~Hidden), (Text(names, name), false));
                if (aux == 0)
                    break;
            }

            if (next == 0 || next > (uint)section.Length - at)
                return;
            at += next;
        }
    }

    private static string Text(ReadOnlySpan<byte> names, uint offset)
    {
        if (offset >= (uint)names.Length)
            return "";
        var rest = names[(int)offset..];
        rest = rest[..Math.Min(rest.Length, 4096)];
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}

using System.Globalization;
using System.Text;
using TraceKit.Format.Dtr;
using TraceKit.Report.Text;

namespace TraceKit.Report.Info;

/// <summary><c>tracekit verify</c> for people: whole, or what is lost and where.</summary>
public static class VerifyText
{
    /// <summary>The whole text.</summary>
    /// <param name="reader">After <see cref="DtrReader.VerifyAll"/>.</param>
    /// <param name="goodChunks">What that returned.</param>
    public static string Render(DtrReader reader, int goodChunks)
    {
        var text = new StringBuilder();
        var name = SafeText.Show(reader.Name);
        var chunks = reader.Chunks.Count;
        if (reader.IsComplete && goodChunks == chunks)
            return text.Append(CultureInfo.InvariantCulture, $"{name}: whole: {chunks} chunks, {reader.Length:N0} bytes, every checksum matches\n").ToString();
        var damage = reader.Damage;
        text.Append(CultureInfo.InvariantCulture, $"{name}: data lost: {goodChunks} of {chunks} chunks found are good, {reader.Length:N0} bytes in the file\n");
        foreach (var lost in damage)
            text.Append("  ").Append(SafeText.Show(lost.ToString())).Append('\n');
        if (reader.End is null)
            text.Append("  the recording did not end in order: what was not yet written when it stopped is missing\n");
        if (damage.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"  'tracekit recover {name} -o NEW.dtr' copies what is good\n");
        return text.ToString();
    }

    /// <summary>Whether anything is missing.</summary>
    public static bool IsWhole(DtrReader reader, int goodChunks) => reader.IsComplete && goodChunks == reader.Chunks.Count;
}

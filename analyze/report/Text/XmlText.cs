using System.Text;

namespace TraceKit.Report.Text;

/// <summary>Text inside XML: what XML 1.0 forbids is shown in print, what it reserves is escaped.</summary>
public static class XmlText
{
    /// <summary>Appends text fit for element content and for attributes in double quotes.</summary>
    public static StringBuilder AppendXml(this StringBuilder output, string text)
    {
        foreach (var c in SafeText.Show(text))
        {
            _ = c switch
            {
                '&' => output.Append("&amp;"),
                '<' => output.Append("&lt;"),
                '>' => output.Append("&gt;"),
                '"' => output.Append("&quot;"),
                '\ufffe' or '\uffff' => output.Append('?'),
                _ => output.Append(c),
            };
        }

        return output;
    }
}

using System.Text.Json;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Report.Info;

/// <summary>Arguments and places of an event in <c>info --json</c>.</summary>
internal static class DefinitionJson
{
    /// <summary>Two properties of the event's object.</summary>
    public static void Write(Utf8JsonWriter json, EventDescription described)
    {
        json.WriteStartArray("arguments");
        foreach (var argument in described.Arguments)
        {
            json.WriteStartObject();
            json.WriteString("name", argument.Name);
            json.WriteString("type", argument.TypeText);
            json.WriteString("shown_as", DefinitionText.Kind(argument.Kind));
            json.WriteString("expression", argument.Expression);
            json.WriteString("origin", argument.Origin);
            json.WriteStartArray("fields");
            foreach (var field in argument.Fields)
                json.WriteStringValue(field);
            json.WriteEndArray();
            json.WriteNumber("names", argument.Names.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("places");
        foreach (var place in described.Places)
        {
            json.WriteStartObject();
            json.WriteString("function", place.Function);
            json.WriteBoolean("return", place.IsReturn);
            json.WriteString("path", place.Path);
            json.WriteString("module", place.Module);
            json.WriteNumber("address", place.Address);
            json.WriteString("file", place.SourceFile);
            json.WriteNumber("line", place.SourceLine);
            json.WriteString("inlined_in", place.InlinedIn);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

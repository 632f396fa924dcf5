namespace TraceKit.Report.Text.PrintFormats;

/// <summary>The fields of one event, as a print format asks for them.</summary>
public interface IFieldValues
{
    /// <summary>An integer field, sign-extended when it is signed; false when there is none of that name.</summary>
    bool TryGetInteger(string name, out long value);

    /// <summary>A text field: an array of <c>char</c>, or a string stored elsewhere in the record.</summary>
    bool TryGetText(string name, out string text);

    /// <summary>The bytes of an array field.</summary>
    bool TryGetBytes(string name, out ReadOnlyMemory<byte> bytes, out int elementSize);
}

namespace TraceKit.Format.Dtr.Samples;

/// <summary>What an entry of the Definitions column defines. All stand before the first record that uses them.</summary>
internal enum DefinitionKind : byte
{
    Event = 1,
    Shape = 2,
    Thread = 3,
}

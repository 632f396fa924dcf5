using TraceKit.Engine.Model;
using TraceKit.Format.Dtr.Metadata;

namespace TraceKit.Engine.Symbols;

/// <summary>A piece that a recording lacks and that was found beside it.</summary>
/// <param name="Module">Whose.</param>
/// <param name="What">In a word: <c>symbols</c>, <c>unwind</c>, <c>lines</c>, or several with commas.</param>
/// <param name="From">The file it comes from.</param>
/// <param name="Info">What the recording will say of it.</param>
/// <param name="Blob">Its bytes.</param>
public sealed record Supplement(TraceModule Module, string What, string From, ModuleInfo Info, byte[] Blob);

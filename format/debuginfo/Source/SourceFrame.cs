using System.Runtime.InteropServices;

namespace TraceKit.DebugInfo.Source;

/// <summary>One function at an address: the concrete one, or one whose body the compiler put into it.</summary>
/// <param name="Name">
/// The function's name in <see cref="SourceFrames.Text"/>: its linkage name where it has one (mangled), else its plain name; 0 when unknown.
/// </param>
/// <param name="File">Path of the source file of the place, in <see cref="SourceFrames.Text"/>; 0 when unknown.</param>
/// <param name="Line">Line of the place, from 1; 0 when unknown. Of the innermost frame where the address is; of the others where the next inner one was called.</param>
/// <param name="Column">Column, from 1; 0 when unknown.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SourceFrame(int Name, int File, uint Line, uint Column);

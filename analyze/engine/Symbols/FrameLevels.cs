using System.Runtime.InteropServices;

namespace TraceKit.Engine.Symbols;

/// <summary>One of the functions at a frame's address, and the place in its source.</summary>
/// <param name="Function">Number in the <see cref="FunctionTable"/>.</param>
/// <param name="File">Number for <see cref="FunctionTable.FileName"/>; 0 when unknown.</param>
/// <param name="Line">Line, from 1: of the innermost function where the address is, of the others where the next inner one was called; 0 when unknown.</param>
/// <param name="Column">Column, from 1; 0 when unknown.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FrameFunction(int Function, int File, uint Line, uint Column);

/// <summary>The functions of every frame, one after another, frame by frame: innermost first within one.</summary>
internal sealed class FrameLevels
{
    private readonly int[] _ends;
    private readonly FrameFunction[] _levels;
    private readonly Func<int, string> _fileName;

    /// <param name="ends">For each frame the end of its slice.</param>
    /// <param name="levels">All slices.</param>
    /// <param name="fileName">Path by number.</param>
    public FrameLevels(int[] ends, FrameFunction[] levels, Func<int, string> fileName)
    {
        _ends = ends;
        _levels = levels;
        _fileName = fileName;
    }

    public int Count => _levels.Length;

    public bool HasInlined => _levels.Length > _ends.Length;

    public int Start(int frame) => frame == 0 ? 0 : _ends[frame - 1];

    public ReadOnlySpan<FrameFunction> Of(int frame) => _levels.AsSpan(Start(frame).._ends[frame]);

    public FrameLevels Renumbered(int[] map) => new(_ends, Array.ConvertAll(_levels, l => l with { Function = map[l.Function] }), _fileName);

    public string FileName(int file) => _fileName(file);

    /// <summary>One level for each frame: its concrete function, at an unknown place.</summary>
    public static FrameLevels Concrete(int[] ofFrame)
    {
        var ends = new int[ofFrame.Length];
        var levels = new FrameFunction[ofFrame.Length];
        for (var i = 0; i < ofFrame.Length; i++)
        {
            ends[i] = i + 1;
            levels[i] = new FrameFunction(ofFrame[i], 0, 0, 0);
        }

        return new FrameLevels(ends, levels, static _ => "");
    }
}

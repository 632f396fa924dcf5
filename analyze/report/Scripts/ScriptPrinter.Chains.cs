using TraceKit.Engine.Streams;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Report.Scripts;

/// <summary>Addresses: call chains under the line, one address in it. The lines of each address of a chain are made once and copied from then on.</summary>
public sealed partial class ScriptPrinter
{
    private readonly Dictionary<int, string> _modules = [];
    private readonly ByteText _frameText = new();
    private ScriptFields _renderedFor;
    private bool _rendersOneKind = true;

    private void AppendChain(ByteText output, EventRecord record, ScriptFields fields)
    {
        // Events with other fields would need other lines.
        var shown = fields & (ScriptFields.Ip | ScriptFields.Sym | ScriptFields.SymOff | ScriptFields.Dso | ScriptFields.DsoOff | ScriptFields.SrcLine);
        if (_renderedFor == ScriptFields.None)
            _renderedFor = shown;
        _rendersOneKind &= _renderedFor == shown;
        var chain = record.Chain;
        for (var i = 0; i < chain.Count; i++)
        {
            var entry = chain[i];
            if (_options.StopAt.Count > 0)
            {
                if (AppendUntilStop(output, entry, fields))
                    return;
                continue;
            }

            if (_rendersOneKind && entry.Names.Rendered is { } known)
            {
                output.Append(known);
                continue;
            }

            _frameText.Clear();
            foreach (ref readonly var frame in entry.Names.Frames)
            {
                AppendFrame(_frameText.Append((byte)'\t'), entry.Address, entry.Names.FileAddress, entry.Names.FileAddress, frame, fields);
                _frameText.Append((byte)'\n');
            }

            output.Append(_frameText.Bytes);
            if (_renderedFor == shown)
                entry.Names.Rendered = _frameText.Bytes.ToArray();
        }
    }

    private bool AppendUntilStop(ByteText output, in ChainEntry entry, ScriptFields fields)
    {
        foreach (ref readonly var frame in entry.Names.Frames)
        {
            AppendFrame(output.Append((byte)'\t'), entry.Address, entry.Names.FileAddress, entry.Names.FileAddress, frame, fields);
            output.Append((byte)'\n');
            if (_options.StopAt.Contains(frame.Name))
                return true;
        }

        return false;
    }

    private void AppendOne(ByteText output, EventRecord record, ScriptFields fields)
    {
        // On the sample's own line stands the concrete function, as perf has it.
        var names = record.NameOf(record.Ip);
        AppendFrame(output, record.Ip, record.Ip, names.FileAddress, names.Frames[^1], fields);
    }

    /// <param name="output">Appended to.</param>
    /// <param name="address">The address in the chain.</param>
    /// <param name="shown">What is shown of it: the address in the process on the sample's own line, in chains the one in the file.</param>
    /// <param name="inFile">The address in the file.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="fields">What to print.</param>
    private void AppendFrame(ByteText output, ulong address, ulong shown, ulong inFile, in ResolvedFrame frame, ScriptFields fields)
    {
        // Mappings begin at pages: the low bits tell whether the look-up address is the return address or a byte before it.
        var back = (address - frame.Address) & 1;
        output.Hex(shown, 16);
        AppendNames(output, frame, shown, back, fields);
        if ((fields & ScriptFields.SrcLine) != 0)
            AppendLine(output, frame, inFile);
        if (frame.IsInlined)
            output.Append(" (inlined)"u8);
    }

    /// <summary><c> function+0x12 (module)</c>.</summary>
    private void AppendNames(ByteText output, in ResolvedFrame frame, ulong shown, ulong back, ScriptFields fields)
    {
        if ((fields & ScriptFields.Sym) != 0)
        {
            output.Append((byte)' ').Append(frame.Reason != UnresolvedReason.None ? FunctionTable.UnknownName : SafeText.Show(frame.Name));
            if ((fields & ScriptFields.SymOff) != 0 && frame.Reason == UnresolvedReason.None && frame.Offset != ResolvedFrame.NoOffset)
                output.Append("+0x"u8).Hex(frame.Offset + back);
        }

        if ((fields & (ScriptFields.Dso | ScriptFields.DsoOff)) == 0 || frame.IsInlined)
            return;
        output.Append(" ("u8).Append(Module(frame));
        if ((fields & ScriptFields.DsoOff) != 0 && frame.Module >= 0)
            output.Append("+0x"u8).Hex(shown);
        output.Append((byte)')');
    }

    /// <summary>On a line of its own the file's name and the line, as perf prints them without <c>--full-source-path</c>; <c>libc.so.6[27f40]</c> where no line is known.</summary>
    private void AppendLine(ByteText output, in ResolvedFrame frame, ulong inFile)
    {
        if (string.IsNullOrEmpty(frame.File))
        {
            if (frame.Module < 0)
                return;
            var module = Module(frame);
            output.Append("\n  "u8).Append(module.AsSpan(module.LastIndexOf('/') + 1)).Append((byte)'[').Hex(inFile).Append((byte)']');
            return;
        }

        output.Append("\n  "u8);

        var name = _options.FullSourcePath ? frame.File : frame.File[(frame.File.LastIndexOf('/') + 1)..];
        output.Append(SafeText.Show(name)).Append((byte)':').Decimal(frame.Line);
    }

    private string Module(in ResolvedFrame frame)
    {
        if (frame.Module < 0)
            return frame.ModuleName;
        if (!_modules.TryGetValue(frame.Module, out var name))
        {
            var modules = _trace.Model.Modules;
            _modules.Add(frame.Module, name = SafeText.Show(frame.Module < modules.Count ? modules[frame.Module].Path : frame.ModuleName));
        }

        return name;
    }
}

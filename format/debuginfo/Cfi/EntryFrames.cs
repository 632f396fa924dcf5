using TraceKit.Binary;
using TraceKit.DebugInfo.Elf;
using static TraceKit.DebugInfo.Elf.ElfConstants;

namespace TraceKit.DebugInfo.Cfi;

/// <summary>Reads <see cref="EntryFrame"/>s: one pass over the FDEs up to the one that is asked for.</summary>
public static class EntryFrames
{
    /// <summary>What the FDE says that begins at an address.</summary>
    /// <exception cref="BadDataException">The section is compressed and damaged.</exception>
    public static EntryFrame Read(ElfImage image, Svma address)
    {
        foreach (var name in (ReadOnlySpan<string>)[".eh_frame", ".debug_frame"])
        {
            foreach (var section in CfiSection.OpenAll(image, name))
            {
                while (section.TryReadNext(out var entry) is CfiStatus.Ok or CfiStatus.BadEntry)
                {
                    if (entry.Start != address.Value || entry.Length == 0)
                        continue;
                    if (entry.Common.IsSignalFrame)
                        return EntryFrame.Signal;
                    var first = new FirstRow(image.Machine, entry.Common.ReturnAddressRegister);
                    section.Run(entry, ref first);
                    return first.Frame;
                }
            }
        }

        return EntryFrame.Unknown;
    }

    private struct FirstRow(ushort machine, uint returnAddress) : ICfiRowSink
    {
        private bool _isSeen;

        public EntryFrame Frame { get; private set; } = EntryFrame.Unknown;

        public void Add(ulong start, ulong end, in CfiRow row)
        {
            if (_isSeen)
                return;
            _isSeen = true;
            var rule = returnAddress < CfiRow.Registers ? row.Rules[(int)returnAddress] : default;
            var (stack, offset) = machine == EM_X86_64 ? (7u, 8L) : (31u, 0L);
            Frame = rule.Kind == RegisterRuleKind.Undefined ? EntryFrame.Outermost
                : row.Cfa.Kind == RegisterRuleKind.ValOffset && row.CfaRegister == stack && row.Cfa.Value == offset ? EntryFrame.Called : EntryFrame.Other;
        }
    }
}

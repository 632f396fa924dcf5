using TraceKit.Engine.Model;

namespace TraceKit.Engine.Fields;

/// <summary>Whose record is being shown: what the names of addresses in its fields depend on. One for each thread of work.</summary>
internal sealed class RecordContext
{
    private readonly AddressNames _names;
    private AddressSpace? _space;
    private long _time;

    public RecordContext(AddressNames names)
    {
        _names = names;
        KernelName = names.KernelName;
    }

    /// <summary>Where texts are put together.</summary>
    public byte[] Scratch = [];

    /// <summary>Names kernel addresses for <c>%pS</c>.</summary>
    public Func<ulong, string?> KernelName { get; }

    /// <summary>The record at hand.</summary>
    public void Set(AddressSpace? space, long time)
    {
        _space = space;
        _time = time;
    }

    /// <summary>What lies at an address.</summary>
    public string Name(ulong address) => _names.Name(_space, _time, address);
}

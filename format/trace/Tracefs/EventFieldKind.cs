namespace TraceKit.Format.Tracefs;

/// <summary>How the bytes of an <see cref="EventField"/> are to be read.</summary>
public enum EventFieldKind
{
    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    Integer,

    /// <summary>A number that is an address: shown in hexadecimal.</summary>
    Pointer,

    /// <summary><c>char name[16]</c>: text up to the first NUL.</summary>
    FixedString,

    /// <summary><c>__data_loc char[] name</c>: 16 bits of offset in the record, 16 bits of length; text up to the first NUL.</summary>
    DynamicString,

    /// <summary><c>u32 name[4]</c>: a fixed number of numbers.</summary>
    Array,

    /// <summary><c>__data_loc T[] name</c> of anything but text.</summary>
    DynamicArray,

    /// <summary>Anything else (a structure): bytes.</summary>
    Bytes,
}

namespace TraceKit.DebugInfo.Types;

/// <summary>How far a <see cref="FunctionPattern"/> means a name.</summary>
public enum FunctionMatch
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Its last components: the pattern <c>Foo::bar</c> and the name <c>ns::Foo::bar</c>. It counts only where no name matches as a whole.</summary>
    End,

    /// <summary>All of it.</summary>
    Whole,
}

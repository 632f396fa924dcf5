namespace TraceKit.Testing;

/// <summary>Skips the running test with a reason, from code that does not know the test framework.</summary>
/// <remarks>xunit v3 takes any exception for a skip whose message begins with this prefix (its dynamic skip contract).</remarks>
public sealed class TestSkippedException(string reason) : Exception("$XunitDynamicSkip$" + reason);

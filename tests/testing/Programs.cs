namespace TraceKit.Testing;

/// <summary>The published native-AOT programs, as <c>build.sh</c> leaves them: tests of the whole road run these and not the IL.</summary>
public static class Programs
{
    /// <summary><c>tracekit-capture</c>, from <c>TRACEKIT_CAPTURE_BIN</c> or <c>out/</c>; skips the test when there is none.</summary>
    public static string Agent() => Find("TRACEKIT_CAPTURE_BIN", "tracekit-capture");

    /// <summary><c>tracekit</c>, from <c>TRACEKIT_BIN</c> or <c>out/</c>; skips the test when there is none.</summary>
    public static string Analyzer() => Find("TRACEKIT_BIN", "tracekit");

    private static string Find(string variable, string name)
    {
        var path = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(path))
            return File.Exists(path) ? path : throw new InvalidOperationException($"{variable}={path}: no such file");
        path = Path.Combine(Golden.RepositoryRoot(), "out", name);
        if (!File.Exists(path))
            throw new TestSkippedException($"{name} is not published: run ./build.sh, or set {variable}");
        return path;
    }
}

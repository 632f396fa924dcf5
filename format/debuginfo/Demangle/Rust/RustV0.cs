namespace TraceKit.DebugInfo.Demangle.Rust;
internal static class RustV0 { public static bool TryDemangle(ReadOnlySpan<byte> mangled, BoundedText output) => false; }

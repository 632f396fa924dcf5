namespace TraceKit.DebugInfo.Demangle.Itanium;

/// <summary>The operator encodings of the Itanium C++ ABI §5.1.3, with how each is written and how many operands it takes in an expression.</summary>
internal static class Operators
{
    // Sorted by code. A trailing blank separates a word from its operand.
    private static readonly (string Code, string Text, int Operands)[] Table =
    [
        ("aN", "&=", 2), ("aS", "=", 2), ("aa", "&&", 2), ("ad", "&", 1), ("an", "&", 2), ("at", "alignof ", 1), ("aw", "co_await ", 1),
        ("az", "alignof ", 1), ("cc", "const_cast", 2), ("cl", "()", 2), ("cm", ",", 2), ("co", "~", 1), ("dV", "/=", 2), ("dX", "[...]=", 3), ("da", "delete[] ", 1),
        ("dc", "dynamic_cast", 2), ("de", "*", 1), ("di", "=", 2), ("dl", "delete ", 1), ("ds", ".*", 2), ("dt", ".", 2), ("dv", "/", 2), ("dx", "]=", 2), ("eO", "^=", 2),
        ("eo", "^", 2), ("eq", "==", 2), ("fL", "...", 3), ("fR", "...", 3), ("fl", "...", 2), ("fr", "...", 2), ("ge", ">=", 2), ("gs", "::", 1),
        ("gt", ">", 2), ("ix", "[]", 2), ("lS", "<<=", 2), ("le", "<=", 2), ("li", "operator\"\" ", 1), ("ls", "<<", 2), ("lt", "<", 2),
        ("mI", "-=", 2), ("mL", "*=", 2), ("mi", "-", 2), ("ml", "*", 2), ("mm", "--", 1), ("na", "new[]", 3), ("ne", "!=", 2), ("ng", "-", 1),
        ("nt", "!", 1), ("nw", "new", 3), ("nx", "noexcept", 1), ("oR", "|=", 2), ("oo", "||", 2), ("or", "|", 2), ("pL", "+=", 2),
        ("pl", "+", 2), ("pm", "->*", 2), ("pp", "++", 1), ("ps", "+", 1), ("pt", "->", 2), ("qu", "?", 3), ("rM", "%=", 2), ("rS", ">>=", 2),
        ("rc", "reinterpret_cast", 2), ("rm", "%", 2), ("rs", ">>", 2), ("sP", "sizeof...", 1), ("sZ", "sizeof...", 1), ("sc", "static_cast", 2),
        ("ss", "<=>", 2), ("st", "sizeof ", 1), ("sz", "sizeof ", 1), ("te", "typeid ", 1), ("ti", "typeid ", 1), ("tr", "throw", 0), ("tw", "throw ", 1),
    ];

    public static string Code(int index) => Table[index].Code;

    public static string Text(int index) => Table[index].Text;

    public static int Operands(int index) => Table[index].Operands;

    public static int Find(byte first, byte second)
    {
        for (var i = 0; i < Table.Length; i++)
        {
            if (Table[i].Code[0] == first && Table[i].Code[1] == second)
                return i;
        }

        return -1;
    }

    public static int Find(string code) => Find((byte)code[0], (byte)code[1]);
}

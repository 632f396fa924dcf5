using TraceKit.DebugInfo.Types;

namespace TraceKit.Probes.Listing;

/// <summary>Which names are listed: globs joined by <c>!</c>, <c>&amp;</c>, <c>|</c> and parentheses, as <c>perf probe --filter</c> takes them.</summary>
/// <remarks>
/// <code>
/// or  := and ('|' and)*      and := not ('&amp;' not)*      not := '!' not | '(' or ')' | GLOB
/// </code>
/// Blanks around globs don't count; a backslash takes the next character as it is.
/// </remarks>
public sealed class NameFilter
{
    private const int MaxDepth = 64;

    private readonly Node _root;

    private NameFilter(Node root) => _root = root;

    /// <summary>Reads a filter.</summary>
    /// <exception cref="ProbeSyntaxException">It is none.</exception>
    public static NameFilter Parse(string text)
    {
        var reader = new Reader(text);
        var root = reader.Or(0);
        return reader.AtEnd ? new NameFilter(root) : throw reader.Expected("'&', '|' or the end");
    }

    /// <summary>Whether it is more than one glob.</summary>
    public static bool HasOperators(string text) => text.AsSpan().IndexOfAny("!&|()") >= 0;

    /// <summary>Whether a name is listed.</summary>
    public bool Matches(string name) => _root.Matches(name);

    private sealed class Node(char kind, string glob, Node? left, Node? right)
    {
        public bool Matches(string name) => kind switch
        {
            '!' => !left!.Matches(name),
            '&' => left!.Matches(name) && right!.Matches(name),
            '|' => left!.Matches(name) || right!.Matches(name),
            _ => Glob.Matches(glob, name),
        };
    }

    private sealed class Reader(string text)
    {
        private int _at;
        private int _nodes;

        public bool AtEnd
        {
            get
            {
                while (_at < text.Length && text[_at] is ' ' or '\t')
                    _at++;
                return _at >= text.Length;
            }
        }

        public Node Or(int depth)
        {
            var left = And(depth);
            while (!AtEnd && text[_at] == '|')
            {
                _at++;
                left = New('|', "", left, And(depth));
            }

            return left;
        }

        public ProbeSyntaxException Expected(string what) =>
            new(text, Math.Min(_at, text.Length), $"expected {what}, found {(_at >= text.Length ? "the end" : $"'{text[_at]}'")}");

        private Node And(int depth)
        {
            var left = Not(depth);
            while (!AtEnd && text[_at] == '&')
            {
                _at++;
                left = New('&', "", left, Not(depth));
            }

            return left;
        }

        private Node Not(int depth)
        {
            if (depth > MaxDepth)
                throw new ProbeSyntaxException(text, _at, $"more than {MaxDepth} levels");
            if (AtEnd)
                throw Expected("a glob");
            switch (text[_at])
            {
                case '!':
                    _at++;
                    return New('!', "", Not(depth + 1), null);
                case '(':
                    _at++;
                    var inner = Or(depth + 1);
                    if (AtEnd || text[_at] != ')')
                        throw Expected("')'");
                    _at++;
                    return inner;
                default:
                    return New('g', GlobText(), null, null);
            }
        }

        private string GlobText()
        {
            var glob = new System.Text.StringBuilder();
            while (_at < text.Length && text[_at] is not ('&' or '|' or '!' or '(' or ')'))
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                    _at++;
                glob.Append(text[_at++]);
            }

            var trimmed = glob.ToString().Trim([' ', '\t']);
            return trimmed.Length > 0 ? trimmed : throw Expected("a glob");
        }

        /// <summary>Matching walks the tree without a stack of its own: its size is bounded.</summary>
        private Node New(char kind, string glob, Node? left, Node? right) =>
            ++_nodes <= 512 ? new Node(kind, glob, left, right) : throw new ProbeSyntaxException(text, Math.Min(_at, text.Length), "more than 512 parts");
    }
}

namespace TraceKit.Probes.Syntax;

/// <summary><c>[NAME=]EXPR[:TYPE][@user]</c>.</summary>
/// <param name="Name">The name given; null for the default.</param>
/// <param name="Expression">What is fetched.</param>
/// <param name="Type">How it is read and shown; null for what its declared type says.</param>
/// <param name="IsUser">Its memory is the process's although the probe is the kernel's (<c>@user</c>).</param>
/// <param name="Span">Its part of the text.</param>
public sealed record ArgumentSyntax(string? Name, ExpressionSyntax Expression, TypeSyntax? Type, bool IsUser, TextSpan Span);

/// <summary>What stands behind the colon: a type of the kernel's (<c>u32</c>, <c>string</c>, <c>b4@2/32</c>, <c>x64[8]</c>) or one for people (<c>ip4</c>, <c>bytes[16]</c>).</summary>
/// <param name="Name">The word: <c>u32</c>, <c>string</c>, <c>ip4</c>; of a bit field <c>b</c>.</param>
/// <param name="Length">The number in brackets; null for none.</param>
/// <param name="BitField">Width, offset and container of <c>bWIDTH@OFFSET/CONTAINER</c>; null for all others.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record TypeSyntax(string Name, int? Length, (int Width, int Offset, int Container)? BitField, TextSpan Span);

/// <summary>An expression of an argument.</summary>
/// <param name="Span">Its part of the text.</param>
public abstract record ExpressionSyntax(TextSpan Span)
{
    /// <summary>The expression that this one is made from: what a member is of, what is indexed, converted, pointed to; null for names, registers and numbers.</summary>
    public virtual ExpressionSyntax? Operand => null;

    /// <summary>What all steps begin with: <c>a</c> of <c>*a-&gt;b[1].c</c>.</summary>
    public ExpressionSyntax Innermost
    {
        get
        {
            var innermost = this;
            while (innermost.Operand is { } operand)
                innermost = operand;
            return innermost;
        }
    }
}

/// <summary>A variable, parameter, <c>this</c>, a member without <c>this-&gt;</c>, or a global (<c>ns::counter</c>).</summary>
public sealed record VariableSyntax(string Name, TextSpan Span) : ExpressionSyntax(Span);

/// <summary><c>a.b</c>, <c>a-&gt;b</c>; which of the two is as good as the other where only one makes sense.</summary>
public sealed record MemberSyntax(ExpressionSyntax Target, string Name, bool IsArrow, TextSpan NameSpan, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary><c>a.size()</c>: what containers know, see docs/probes.md.</summary>
public sealed record MethodSyntax(ExpressionSyntax Target, string Name, bool IsArrow, TextSpan NameSpan, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary><c>a[1]</c>.</summary>
public sealed record IndexSyntax(ExpressionSyntax Target, long Index, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary><c>*a</c>.</summary>
public sealed record DereferenceSyntax(ExpressionSyntax Target, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary><c>&amp;a</c>.</summary>
public sealed record AddressOfSyntax(ExpressionSyntax Target, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary><c>(struct foo *)a</c>.</summary>
public sealed record CastSyntax(string TypeName, ExpressionSyntax Target, TextSpan TypeSpan, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Target;
}

/// <summary>A name with a dollar sign.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Number">Of <c>$stackN</c> and <c>$argN</c>.</param>
/// <param name="Span">Its part of the text.</param>
public sealed record SpecialSyntax(SpecialKind Kind, int Number, TextSpan Span) : ExpressionSyntax(Span);

/// <summary>Names with a dollar sign.</summary>
public enum SpecialKind
{
    /// <summary><c>$vars</c>: all variables that are in scope, parameters included.</summary>
    Variables,

    /// <summary><c>$params</c>: all parameters.</summary>
    Parameters,

    /// <summary><c>$retval</c>.</summary>
    ReturnValue,

    /// <summary><c>$stack</c>: the stack pointer.</summary>
    Stack,

    /// <summary><c>$stackN</c>: the Nth word on the stack.</summary>
    StackWord,

    /// <summary><c>$argN</c>.</summary>
    Argument,

    /// <summary><c>$comm</c>.</summary>
    Comm,
}

/// <summary><c>%di</c>.</summary>
public sealed record RegisterSyntax(string Name, TextSpan Span) : ExpressionSyntax(Span);

/// <summary><c>@SYMBOL+OFFSET</c>: the word at a symbol.</summary>
public sealed record SymbolMemorySyntax(string Symbol, long Offset, TextSpan Span) : ExpressionSyntax(Span);

/// <summary><c>@ADDRESS</c>: the word at an address; with a plus (<c>@+OFFSET</c>, user probes) at a place of the file.</summary>
public sealed record AddressMemorySyntax(ulong Address, bool IsFileOffset, TextSpan Span) : ExpressionSyntax(Span);

/// <summary><c>+OFFSET(INNER)</c>, <c>-OFFSET(INNER)</c>, <c>+u…</c>: the word that lies so far from what INNER is.</summary>
public sealed record MemorySyntax(long Offset, bool IsUser, ExpressionSyntax Inner, TextSpan Span) : ExpressionSyntax(Span)
{
    /// <inheritdoc/>
    public override ExpressionSyntax? Operand => Inner;
}

/// <summary><c>\123</c>.</summary>
public sealed record ImmediateSyntax(long Value, TextSpan Span) : ExpressionSyntax(Span);

/// <summary><c>\"text"</c>.</summary>
public sealed record ImmediateTextSyntax(string Value, TextSpan Span) : ExpressionSyntax(Span);

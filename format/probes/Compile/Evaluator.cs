using System.Globalization;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Abi;
using TraceKit.Probes.Syntax;
using TraceKit.Probes.Targets;

namespace TraceKit.Probes.Compile;

/// <summary>From an expression to a type and a place, at one site.</summary>
/// <remarks>Every refusal is a <see cref="ProbeSyntaxException"/> at the column of what cannot be had.</remarks>
internal sealed partial class Evaluator(string text, ProbeTarget target, Site site, Variables variables, bool isUser)
{
    /// <summary>Levels of an expression: more than the kernel's text has room for.</summary>
    private const int MaxDepth = 200;

    private int depth;

    /// <summary>Where types and offsets came from, in the order in which they were used.</summary>
    public List<string> Origins { get; } = [];

    /// <summary>Evaluates; references are not followed at the end.</summary>
    public Value Evaluate(ExpressionSyntax expression)
    {
        if (++depth > MaxDepth)
            throw Error(expression.Span, $"the expression is nested more than {MaxDepth} levels deep");
        var value = expression switch
        {
            VariableSyntax variable => Variable(variable),
            MemberSyntax { Target: SpecialSyntax { Kind: SpecialKind.ReturnValue }, Name: [>= '0' and <= '9'] digit } one when site.IsReturnInstruction => Result(one, digit[0] - '0'),
            MemberSyntax member => Member(Evaluate(member.Target), member),
            MethodSyntax method => Method(Evaluate(method.Target), method),
            IndexSyntax index => Index(Evaluate(index.Target), index),
            DereferenceSyntax dereference => Dereference(Evaluate(dereference.Target), dereference.Target.Span, "*"),
            AddressOfSyntax address => AddressOf(Evaluate(address.Target), address),
            CastSyntax cast => Cast(Evaluate(cast.Target), cast),
            SpecialSyntax special => Special(special),
            RegisterSyntax register => new Value(null, new Place.Word(Register(register))) { IsRaw = true },
            SymbolMemorySyntax symbol => Symbol(symbol),
            AddressMemorySyntax address => Address(address),
            MemorySyntax memory => Memory(memory),
            ImmediateSyntax immediate => new Value(null, new Place.Known(immediate.Value)) { IsRaw = true },
            ImmediateTextSyntax words => new Value(null, new Place.Word($"\\\"{words.Value}\"")) { IsRaw = true },
            _ => throw Error(expression.Span, "this expression is not known here"),
        };
        depth--;
        return value;
    }

    /// <summary>What a reference refers to; other values as they are.</summary>
    public Value FollowReference(Value value)
    {
        for (var i = 0; i < 8; i++)
        {
            var type = TypeWalk.Strip(value.Type);
            if (!TypeWalk.IsReference(type) || value.Pointee(isUser) is not { } place)
                return value;
            value = new Value(type!.Target, place);
        }

        return value;
    }

    /// <summary>The known container that a value is; null when it is none.</summary>
    public Shape? ShapeOf(Value value) => Shape.Of(value, isUser);

    /// <summary>What an owner owns.</summary>
    public Value? Owned(Shape.Owner owner)
    {
        if (owner.Pointer.Pointee(isUser) is not { } place)
            return null;
        var inner = new Value(TypeWalk.Strip(owner.Pointer.Type)?.Target, place);
        return owner.Inside is null ? inner : Shape.Member(inner, owner.Inside);
    }

    /// <summary>A piece of the definition.</summary>
    public string TextOf(TextSpan span) => span.Start >= 0 && span.Length >= 0 && span.Start + span.Length <= text.Length ? text.Substring(span.Start, span.Length) : text;

    /// <summary>A refusal at the column of what cannot be had.</summary>
    public ProbeSyntaxException Error(TextSpan span, string reason) => new(text, span.Start, reason);

    /// <summary>A message's end that says why a value is nowhere.</summary>
    public Value Available(Value value, TextSpan span, string what) =>
        value.Place is Place.Nowhere nowhere ? throw Error(span, $"{what} cannot be read here: {nowhere.Reason}") : value;

    private Value Variable(VariableSyntax variable)
    {
        if (site.IsReturn)
            throw Error(variable.Span, $"'{variable.Name}' is gone when the function has returned: $retval is there, and a second probe at the entry can read '{variable.Name}'");
        if (variables.Find(variable.Name) is { } found)
        {
            Note(found.Origin);
            return Available(found.Value, variable.Span, $"'{variable.Name}'");
        }

        // Inside of a member function its class's members need no this->.
        if (variables.Find("this") is { Value.Place: not Place.Nowhere } self && TypeWalk.Strip(TypeWalk.Strip(self.Value.Type)?.Target) is { } type && Complete(type) is { } record
            && TypeWalk.FindMember(record, variable.Name) is not null)
        {
            Note(self.Origin);
            return Member(self.Value, new MemberSyntax(new VariableSyntax("this", variable.Span), variable.Name, IsArrow: true, variable.Span, variable.Span));
        }

        return Global(variable.Name) ?? throw NoVariable(variable);
    }

    private Value? Global(string name)
    {
        if (target.FindGlobal(name, site.Function) is var (global, source))
        {
            Note(source);
            var last = name[(name.LastIndexOf(':') + 1)..];
            var place = global.Locate(site.Address);
            return new Value(global.Type, variables.FromLocation(place, symbol: target.FindSymbol(last) is not null || place is VariableLocation.Static ? last : null));
        }

        if (target.FindSymbol(name) is { } address)
            return new Value(null, variables.StaticAt(address.Value, name)) { IsRaw = true };
        return null;
    }

    private ProbeSyntaxException NoVariable(VariableSyntax variable)
    {
        var where = site.FunctionName.Length > 0 ? $" in {site.FunctionName}" : "";
        if (site.Function is null)
        {
            return Error(variable.Span, $"'{variable.Name}' is not known: there is no debug information about the variables{where}; a prototype (--proto 'int f(struct s *a)') or another file's types"
                + " (--types-from FILE) would tell, and %REGISTER reads a register");
        }

        var place = site.IsEntry || site.Copies.Count > 0 ? "" : ": only types are known, which say where arguments are at the function's first instruction, not inside of it";
        return Error(variable.Span, $"no variable '{variable.Name}'{where}{place}{Suggestions.DidYouMean(variable.Name, variables.Names())}");
    }

    private Value Special(SpecialSyntax special)
    {
        switch (special.Kind)
        {
            case SpecialKind.ReturnValue when site.IsReturn || site.IsReturnInstruction:
                var result = variables.Result();
                Note(result.Origin);
                return Available(result.Value, special.Span, "$retval");
            case SpecialKind.ReturnValue:
                throw Error(special.Span, "$retval is known only where a function returns: write FUNCTION%return");
            case SpecialKind.Argument when target.IsKernel && (site.IsEntry || site.IsReturn) && !site.IsClone && (site.Function is null || site.IsReturn):
                return new Value(null, new Place.Word($"$arg{special.Number}")) { IsRaw = true };
            case SpecialKind.Argument:
                if (variables.Argument(special.Number) is not { } argument)
                {
                    throw Error(special.Span, site.IsClone
                        ? $"{site.Symbol?.Symbol} is a copy that the compiler changed: its arguments are not where the calling convention puts them"
                        : $"$arg{special.Number} is known only at a function's first instruction");
                }

                Note(argument.Origin);
                return Available(argument.Value, special.Span, $"$arg{special.Number}");
            case SpecialKind.Stack:
                return new Value(null, new Place.Word("$stack")) { IsRaw = true };
            case SpecialKind.StackWord:
                return new Value(null, new Place.Word(string.Create(CultureInfo.InvariantCulture, $"$stack{special.Number}"))) { IsRaw = true };
            case SpecialKind.Comm:
                return new Value(null, new Place.Word("$comm")) { IsRaw = true };
            default:
                throw Error(special.Span, "$vars and $params stand alone: they are arguments themselves");
        }
    }

    /// <summary><c>$retval.1</c>: one of several results of a Go function.</summary>
    private Value Result(MemberSyntax member, int number)
    {
        if (variables.Result(number) is not { } result)
            throw Error(member.NameSpan, $"{site.FunctionName} returns {site.Function?.Results.Count ?? 0} values: the first is $retval.0");
        Note(result.Origin);
        return Available(result.Value, member.Span, $"$retval.{number}");
    }

    private string Register(RegisterSyntax register)
    {
        // What the user calls it: the kernel's own name, or the assembler's of the whole register.
        var name = register.Name.TrimStart('%');
        if (KernelRegisters.Exists(target.Machine, name))
            return "%" + name;
        if (name is ['r', _, _] && KernelRegisters.Exists(target.Machine, name[1..]))
            return "%" + name[1..];
        var known = new List<string> { "flags", "pstate" };
        for (var i = 0; i <= 32; i++)
        {
            if (KernelRegisters.Name(target.Machine, i) is { } one)
                known.Add(one);
        }

        throw Error(register.Span, $"'%{name}' is no register that a probe can read{Suggestions.DidYouMean(name, known)}");
    }

    private Value Symbol(SymbolMemorySyntax symbol)
    {
        if (target.IsKernel)
            return new Value(null, new Place.Memory(new MemoryBase.OfSymbol(symbol.Symbol), symbol.Offset)) { IsRaw = true };
        if (target.FindSymbol(symbol.Symbol) is not { } address)
            throw Error(symbol.Span, $"{target.Name} has no symbol '{symbol.Symbol}'");
        var place = variables.StaticAt(address.Value, symbol.Symbol);
        return Available(new Value(null, place is Place.Memory memory ? memory.At(symbol.Offset) : place) { IsRaw = true }, symbol.Span, "@" + symbol.Symbol);
    }

    private Value Address(AddressMemorySyntax address)
    {
        if (address.IsFileOffset && target.IsKernel)
            throw Error(address.Span, "@+OFFSET is a place in a probed file: the kernel has none");
        MemoryBase origin = address.IsFileOffset ? new MemoryBase.OfFile((long)address.Address) : new MemoryBase.OfAddress(address.Address);
        return new Value(null, new Place.Memory(origin, 0)) { IsRaw = true };
    }

    private Value Memory(MemorySyntax memory)
    {
        var inner = FollowReference(Evaluate(memory.Inner));
        if (inner.WordText is not { } word)
            throw Error(memory.Inner.Span, "its value is in no single word, so that no address can be counted from it");
        return new Value(null, new Place.Memory(new MemoryBase.OfWord(word, memory.IsUser || isUser), memory.Offset)) { IsRaw = true };
    }

    private void Note(string origin)
    {
        if (origin.Length > 0 && !Origins.Contains(origin))
            Origins.Add(origin);
    }
}

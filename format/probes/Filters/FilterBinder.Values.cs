using System.Globalization;
using System.Text;
using TraceKit.DebugInfo.Types;
using TraceKit.Probes.Plan;
using TraceKit.Probes.Values;

namespace TraceKit.Probes.Filters;

internal sealed partial class FilterBinder
{
    private FilterNumber Value(FilterLiteral literal, FilterField field)
    {
        FilterNumber number;
        switch (field.Kind)
        {
            case PresentationKind.Nanoseconds:
                if (FilterNumberReader.TryReadDuration(literal.Text, out number))
                    return number;
                throw Wrong(literal, $"a time as 5ms, 1.5s, 200us or nanoseconds ({field.Name} is a time)");
            case PresentationKind.Enum:
                return Enum(literal, field);
            case PresentationKind.Character:
                if (literal is { IsQuoted: true } && Rune.DecodeFromUtf16(literal.Text, out var rune, out var used) == System.Buffers.OperationStatus.Done && used == literal.Text.Length)
                    return FilterNumber.Of(rune.Value);
                if (FilterNumberReader.TryRead(literal.Text, out number))
                    return number;
                throw Wrong(literal, $"a character as 'a', or its number ({field.Name} is a character)");
            case PresentationKind.Pointer when literal.Text is "NULL" or "null" or "nullptr" or "nil":
                return FilterNumber.Of(0);
            default:
                if (FilterNumberReader.TryRead(literal.Text, out number))
                    return number;
                var isTime = FilterNumberReader.TryReadDuration(literal.Text, out _);
                throw Wrong(literal, isTime ? $"a number: {field.Name} is not known to be a time (type time_ns)" : $"a number as 100, 0x64 or 4K ({field.Name} is a number)");
        }
    }

    private FilterNumber Enum(FilterLiteral literal, FilterField field)
    {
        ulong bits = 0;
        var rest = literal.Text.AsSpan();
        while (true)
        {
            var bar = rest.IndexOf('|');
            var word = (bar < 0 ? rest : rest[..bar]).Trim();
            if (field.TryNumber(word, out var named))
                bits |= (ulong)named;
            else if (FilterNumberReader.TryRead(word, out var number))
                bits |= number.Bits;
            else
                throw Wrong(literal, ExpectedName(field, word.ToString()));
            if (bar < 0)
                return field.IsUnsigned ? FilterNumber.OfUnsigned(bits) : FilterNumber.Of((long)bits);
            rest = rest[(bar + 1)..];
        }
    }

    private static string ExpectedName(FilterField field, string word)
    {
        const int Shown = 6;
        var some = new StringBuilder();
        var count = 0;
        foreach (var name in field.Names.Values)
        {
            if (++count <= Shown)
                some.Append(count > 1 ? ", " : "").Append(name);
        }

        if (count > Shown)
            some.Append(CultureInfo.InvariantCulture, $", ... ({count - Shown} more)");
        return $"a number or a name of {field.Name}{(count == 0 ? "" : $": {some}")}{Suggestions.DidYouMean(word, field.Names.Values)}";
    }

    private FilterTest Ip4(ComparisonNode node, FilterField field)
    {
        var literal = node.Literal;
        if (FilterNumberReader.TryRead(literal.Text, out var plain) && !literal.Text.Contains('.'))
            return new NumberTest(field, node.Operator, plain);
        if (!NetworkAddress.TrySplitPrefix(literal.Text, 32, out var address, out var bits) || !NetworkAddress.TryReadIp4(address, out var value))
            throw Wrong(literal, $"an IPv4 address as 172.31.28.139 or a network as 10.0.0.0/8 ({field.Name} is an ip4)");
        if (bits == 32)
            return new NumberTest(field, node.Operator, FilterNumber.OfUnsigned(value));
        var mask = bits == 0 ? 0 : uint.MaxValue << (32 - bits);
        return new RangeTest(field, value & mask, value | ~mask, IsNegated(node, NetworkOperators));
    }

    private AddressTest Ip6(ComparisonNode node, FilterField field)
    {
        var bytes = new byte[16];
        if (!NetworkAddress.TrySplitPrefix(node.Literal.Text, 128, out var address, out var bits) || !NetworkAddress.TryReadIp6(address, bytes))
            throw Wrong(node.Literal, $"an IPv6 address as fe80::1 or a network as fd00::/8 ({field.Name} is an ip6)");
        if (node.Operator == FilterOperator.AnyBit)
            throw Error(node.OperatorPosition, $"an operator for addresses: == != < <= > >= {Patterns}", "'&'");
        if (bits < 128)
            IsNegated(node, NetworkOperators);
        return new AddressTest(field, node.Operator, bytes, bits);
    }

    private bool IsNegated(ComparisonNode node, string operators)
    {
        if (node.Operator == FilterOperator.Equal)
            return false;
        if (node.Operator == FilterOperator.NotEqual)
            return true;
        throw Error(node.OperatorPosition, $"an operator {operators}", $"'{Sign(node.Operator)}'");
    }

    private FilterTest Errno(ComparisonNode node, FilterField field)
    {
        var name = node.Literal.Text.AsSpan();
        if (FilterNumberReader.TryRead(name, out var number))
            return new NumberTest(field, node.Operator, number);
        var isNegative = name.StartsWith("-");
        var error = ErrnoNames.Find(isNegative ? name[1..] : name);
        if (error == 0)
            throw Wrong(node.Literal, $"an error as ENOENT (of either sign), -ENOENT or a number ({field.Name} is an errno){Suggestions.DidYouMean((isNegative ? name[1..] : name).ToString(), ErrnoNames.All)}");
        // The kernel returns -ENOENT, errno holds ENOENT: without a sign both are meant.
        if (!isNegative && node.Operator is FilterOperator.Equal or FilterOperator.NotEqual)
            return new EitherSignTest(field, error, node.Operator == FilterOperator.NotEqual);
        return new NumberTest(field, node.Operator, FilterNumber.Of(isNegative ? -error : error));
    }

    private FilterTest Boolean(ComparisonNode node, FilterField field)
    {
        return node.Literal.Text switch
        {
            "true" or "1" => new NumberTest(field, node.Operator, FilterNumber.Of(1)),
            "false" or "0" => new NumberTest(field, node.Operator, FilterNumber.Of(0)),
            _ => throw Wrong(node.Literal, $"true or false ({field.Name} is a bool)"),
        };
    }

    private FloatTest Float(ComparisonNode node, FilterField field)
    {
        if (node.Operator == FilterOperator.AnyBit)
            throw Error(node.OperatorPosition, $"an operator for fractions ({field.Name} is one): == != < <= > >=", "'&'");
        if (!double.TryParse(node.Literal.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw Wrong(node.Literal, $"a number as 1.5 ({field.Name} is a fraction)");
        return new FloatTest(field, node.Operator, value);
    }

    private FilterTest Symbol(ComparisonNode node, FilterField field)
    {
        if (FilterNumberReader.TryRead(node.Literal.Text, out var number))
            return new NumberTest(field, node.Operator, number);
        if (node.Operator is FilterOperator.Equal or FilterOperator.NotEqual)
            return new TextTest(field, node.Operator, node.Literal.Text, null);
        throw Error(node.OperatorPosition, Names, $"'{Sign(node.Operator)}'");
    }
}

using System.Collections.Immutable;

namespace Holdfast.Cel.Syntax;

/// <summary>Reads an expression by recursive descent and expands macros. Text, tokens and depth are bounded.</summary>
internal sealed class CelParser
{
    public const int MaximumDepth = 250;

    private const int MaximumTokens = 20_000;

    /// <summary>Stands for 2^63, which is a number only behind a minus.</summary>
    public static readonly CelValue BeyondLargest = new CelError("2^63", CelErrorKind.Evaluation);

    private static readonly ImmutableArray<string> Relations = ["<", "<=", ">=", ">", "==", "!=", "in"];
    private static readonly ImmutableArray<string> Sums = ["+", "-"];
    private static readonly ImmutableArray<string> Products = ["*", "/", "%"];

    private readonly List<CelToken> _tokens;
    private int _at;
    private int _nesting;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Current => _tokens[_at];

    /// <summary>Reads a whole text.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="CelSyntaxException">It is no expression.</exception>
    public static CelNode Parse(string text)
    {
        var parser = new CelParser(new CelLexer(text).ReadAll(MaximumTokens));
        var node = parser.Expression();
        return parser.Current.Kind == CelTokenKind.End ? node : throw parser.Unexpected("<EOF>");
    }

    private CelNode Expression()
    {
        if (++_nesting > MaximumDepth)
            throw new CelSyntaxException(Current.Position, $"expression recursion limit exceeded: {MaximumDepth}");
        var node = Or();
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var whenTrue = Or();
            Expect(":");
            node = Call(position, "_?_:_", node, whenTrue, Expression());
        }
        _nesting--;
        return node;
    }

    private CelNode Or() => Logic("||", "_||_", And);

    private CelNode And() => Logic("&&", "_&&_", Relation);

    // Chains of equal rank become balanced trees, so that a long chain is not a deep one.
    private CelNode Logic(string symbol, string function, Func<CelNode> operand)
    {
        var operands = new List<CelNode> { operand() };
        var positions = new List<int>();
        while (Current.Is(symbol))
        {
            positions.Add(Take().Position);
            operands.Add(operand());
        }
        return Balanced(0, operands.Count);

        CelNode Balanced(int from, int to)
        {
            if (to - from == 1)
                return operands[from];
            var middle = from + ((to - from + 1) / 2);
            return Call(positions[middle - 1], function, Balanced(from, middle), Balanced(middle, to));
        }
    }

    private CelNode Relation() => LeftToRight(Relations, Sum);

    private CelNode Sum() => LeftToRight(Sums, Product);

    private CelNode Product() => LeftToRight(Products, Unary);

    private CelNode LeftToRight(ImmutableArray<string> symbols, Func<CelNode> operand)
    {
        var node = operand();
        while (symbols.Any(Current.Is))
        {
            var symbol = Take();
            node = Call(symbol.Position, symbol.Text == "in" ? "@in" : $"_{symbol.Text}_", node, operand());
        }
        return node;
    }

    private CelNode Unary()
    {
        var symbol = Current;
        if (!symbol.Is("!") && !symbol.Is("-"))
            return Member();
        var count = 0;
        while (Current.Is(symbol.Text))
        {
            Take();
            count++;
        }
        if (symbol.Is("-") && (Current.Value is CelInt or CelDouble || ReferenceEquals(Current.Value, BeyondLargest)))
        {
            var literal = Negated(Take(), symbol.Position);
            return Times(count - 1, symbol, Suffixes(literal));
        }
        return Times(count, symbol, Member());
    }

    private static CelNode Times(int count, CelToken symbol, CelNode operand) =>
        count % 2 == 0 ? operand : Call(symbol.Position, symbol.Text == "!" ? "!_" : "-_", operand);

    private static LiteralNode Negated(CelToken number, int position) => new(position, number.Value switch
    {
        CelInt whole => new CelInt(-whole.Value),
        CelDouble real => new CelDouble(-real.Value),
        _ => new CelInt(long.MinValue),
    });

    private CelNode Member() => Suffixes(Primary());

    private CelNode Suffixes(CelNode node)
    {
        while (true)
        {
            if (Current.Is("."))
                node = Dotted(node);
            else if (Current.Is("["))
                node = Indexed(node);
            else if (Current.Is("{") && node is IdentifierNode or SelectNode)
                throw new CelSyntaxException(Current.Position, "construction of messages is not supported");
            else
                return node;
        }
    }

    private CelNode Dotted(CelNode operand)
    {
        var dot = Take();
        var isOptional = Current.Is("?");
        if (isOptional)
            Take();
        if (Current.Kind != CelTokenKind.Identifier || Current.Text == "in")
            throw Unexpected("IDENTIFIER");
        var name = Take().Text;
        if (!isOptional && !Current.Is("(") && CelMacros.QualifiedType(operand, name) is { } type)
            return new IdentifierNode(operand.Position, type);
        if (isOptional || !Current.Is("("))
            return Bounded(new SelectNode(dot.Position, operand, name, IsTest: false, isOptional));
        var open = Take();
        var arguments = Items(")");
        return Bounded((CelNode?)CelMacros.ExpandMember(open.Position, operand, name, arguments)
            ?? CelMacros.Qualified(open.Position, operand, name, arguments)
            ?? new CallNode(open.Position, name, IsMember: true, [operand, .. arguments]));
    }

    private CallNode Indexed(CelNode operand)
    {
        var open = Take();
        var isOptional = Current.Is("?");
        if (isOptional)
            Take();
        var index = Expression();
        Expect("]");
        return Call(open.Position, isOptional ? "_[?_]" : "_[_]", operand, index);
    }

    private CelNode Primary()
    {
        var token = Current;
        if (token.Value is { } value)
        {
            Take();
            return ReferenceEquals(value, BeyondLargest) ? throw new CelSyntaxException(token.Position, "invalid int literal") : new LiteralNode(token.Position, value);
        }
        if (token.Kind == CelTokenKind.Identifier && token.Text != "in")
            return Name();
        return token.Text switch
        {
            "(" => Parenthesised(),
            "[" => List(),
            "{" => Map(),
            "." when _tokens[_at + 1].Kind == CelTokenKind.Identifier => Rooted(),
            _ => throw Unexpected("an expression"),
        };
    }

    // A leading dot means the outermost scope; there are no containers here, so it changes nothing.
    private CelNode Rooted()
    {
        Take();
        return Name();
    }

    private CelNode Name()
    {
        var token = Take();
        if (CelIdentifiers.IsReserved(token.Text))
            throw new CelSyntaxException(token.Position, $"reserved identifier: {token.Text}");
        if (!Current.Is("("))
            return new IdentifierNode(token.Position, token.Text);
        var open = Take();
        var arguments = Items(")");
        return token.Text == "has" && arguments.Length == 1
            ? CelMacros.ExpandHas(open.Position, arguments[0])
            : Bounded(new CallNode(open.Position, token.Text, IsMember: false, arguments));
    }

    private CelNode Parenthesised()
    {
        Take();
        var node = Expression();
        Expect(")");
        return node;
    }

    private ListNode List()
    {
        var open = Take();
        return Bounded(new ListNode(open.Position, Items("]")));
    }

    private MapNode Map()
    {
        var open = Take();
        var (keys, values) = (ImmutableArray.CreateBuilder<CelNode>(), ImmutableArray.CreateBuilder<CelNode>());
        while (!Current.Is("}"))
        {
            keys.Add(MaybeOptional());
            Expect(":");
            values.Add(Expression());
            if (!Current.Is(","))
                break;
            Take();
        }
        Expect("}");
        return Bounded(new MapNode(open.Position, keys.ToImmutable(), values.ToImmutable()));
    }

    // Lists may end with a comma, arguments may not.
    private ImmutableArray<CelNode> Items(string close)
    {
        var items = ImmutableArray.CreateBuilder<CelNode>();
        while (!Current.Is(close) || (close == ")" && items.Count > 0))
        {
            items.Add(close == "]" ? MaybeOptional() : Expression());
            if (!Current.Is(","))
                break;
            Take();
        }
        Expect(close);
        return items.ToImmutable();
    }

    private CelNode MaybeOptional()
    {
        if (!Current.Is("?"))
            return Expression();
        var question = Take();
        return new OptionalNode(question.Position, Expression());
    }

    private static CallNode Call(int position, string function, params ReadOnlySpan<CelNode> arguments) =>
        Bounded(new CallNode(position, function, IsMember: false, [.. arguments]));

    private static T Bounded<T>(T node) where T : CelNode =>
        node.Depth > MaximumDepth ? throw new CelSyntaxException(node.Position, $"expression recursion limit exceeded: {MaximumDepth}") : node;

    private CelToken Take()
    {
        var token = Current;
        _at += token.Kind == CelTokenKind.End ? 0 : 1;
        return token;
    }

    private void Expect(string symbol)
    {
        if (!Current.Is(symbol))
            throw Unexpected($"'{symbol}'");
        Take();
    }

    private CelSyntaxException Unexpected(string expected)
    {
        var shown = Current.Kind == CelTokenKind.Literal && Current.Text.Length == 0 ? "literal" : Current.Text;
        return new(Current.Position, $"Syntax error: mismatched input '{shown}' expecting {expected}");
    }
}

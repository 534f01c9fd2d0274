namespace Holdfast.Cel.Tests;

/// <summary>What does not compile, and what is said of it.</summary>
public sealed class CheckerTests
{
    [Theory]
    [InlineData("foo", "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^")]
    [InlineData("self.x", "ERROR: <input>:1:5: undefined field 'x'\n | self.x\n | ....^")]
    [InlineData("has(self.x)", "ERROR: <input>:1:4: undefined field 'x'\n | has(self.x)\n | ...^")]
    [InlineData("1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^")]
    [InlineData("self.name == 1", "ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(string, int)'\n | self.name == 1\n | ..........^")]
    [InlineData("true &&\n  self.name > 1", "ERROR: <input>:2:13: found no matching overload for '_>_' applied to '(string, int)'\n |   self.name > 1\n | ............^")]
    [InlineData("'a'.foo()", "ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')\n | 'a'.foo()\n | .......^")]
    [InlineData("n.contains('a')", "ERROR: <input>:1:11: found no matching overload for 'contains' applied to 'int.(string)'\n | n.contains('a')\n | ..........^")]
    [InlineData("n.field", "ERROR: <input>:1:2: type 'int' does not support field selection\n | n.field\n | .^")]
    [InlineData("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^")]
    [InlineData("true ? 1 : 'a'", "ERROR: <input>:1:6: found no matching overload for '_?_:_' applied to '(bool, int, string)'\n | true ? 1 : 'a'\n | .....^")]
    [InlineData("has(self)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(self)\n | ....^")]
    [InlineData("[1].all(1, true)", "ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^")]
    [InlineData("n.all(i, true)", "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | n.all(i, true)\n | ^")]
    [InlineData("[1].all(i, i)", "ERROR: <input>:1:12: expected type 'bool' but found 'int'\n | [1].all(i, i)\n | ...........^")]
    [InlineData("self.?x", "ERROR: <input>:1:5: undefined field 'x'\n | self.?x\n | ....^")]
    [InlineData("self.?name.orValue(1)", "ERROR: <input>:1:19: found no matching overload for 'orValue' applied to 'optional_type(string).(int)'\n | self.?name.orValue(1)\n | ..................^")]
    [InlineData("duration('x')", "ERROR: <input>:1:10: invalid duration argument\n | duration('x')\n | .........^")]
    [InlineData("'\U0001F600' + foo", "ERROR: <input>:1:7: undeclared reference to 'foo' (in container '')\n | '\U0001F600' + foo\n | ......^")]
    public void What_is_wrong_is_said_with_its_place(string text, string issues) => Assert.Equal(issues, Expressions.IssuesOf(text));

    [Theory]
    [InlineData("quantity('1Gi').sign()", "found no matching overload for 'sign' applied to 'kubernetes.Quantity.()'")]
    [InlineData("quantity('1Gi').mul(2)", "undeclared reference to 'mul' (in container '')")]
    [InlineData("'abc'.reverse()", "found no matching overload for 'reverse' applied to 'string.()'")]
    [InlineData("cel.bind(a, 1, a)", "undeclared reference to 'cel' (in container '')")]
    [InlineData("base64.encode(b'a')", "undeclared reference to 'base64' (in container '')")]
    [InlineData("authorizer.path('/x')", "undeclared reference to 'authorizer' (in container '')")]
    [InlineData("[?n]", "expected type 'optional_type(int)' but found 'int'")]
    [InlineData("[1].transformMapEntry(i, v, v)", "found no matching overload for 'cel.@mapInsert'")]
    [InlineData("[[1]].sortBy(i, i)", "found no matching overload for '@sortByAssociatedKeys'")]
    [InlineData("math.greatest(1, 2)", "undeclared reference to 'math' (in container '')")]
    [InlineData("Foo{a: 1}", "construction of messages is not supported")]
    [InlineData("for", "reserved identifier: for")]
    public void What_is_not_supported_is_refused_by_name(string text, string message) =>
        Assert.Contains(message, Expressions.IssuesOf(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("(1")]
    [InlineData("1 2")]
    [InlineData("'abc")]
    [InlineData("'a\nb'")]
    [InlineData("'\\q'")]
    [InlineData("'\\ud800'")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616u")]
    [InlineData("a.")]
    [InlineData("a @ b")]
    [InlineData("f(1,)")]
    [InlineData("{1}")]
    [InlineData("1 ? 2")]
    public void What_is_no_expression_is_refused(string text) => Assert.StartsWith("ERROR: <input>:", Expressions.IssuesOf(text), StringComparison.Ordinal);

    [Fact]
    public void Every_problem_is_reported() =>
        Assert.Equal(3, Expressions.IssuesOf("self.a == 1 && self.b == 2 && foo").Split("ERROR:").Length - 1);

    [Theory]
    [InlineData("self.replicas > 1", "bool")]
    [InlineData("self.ports.map(p, p.port)", "list(int)")]
    [InlineData("{'a': [1]}", "map(string, list(int))")]
    [InlineData("self.free.a", "dyn")]
    [InlineData("self.ports[0].name", "string")]
    [InlineData("true ? null : self", "selfType")]
    [InlineData("[]", "list(dyn)")]
    [InlineData("self.?name", "optional_type(string)")]
    [InlineData("self.?ports[0].port", "optional_type(int)")]
    [InlineData("self.?name.orValue('')", "string")]
    public void The_type_is_known_before(string text, string type) => Assert.Equal(type, Expressions.Compile(text).ResultType.ToString());

    [Fact]
    public void The_variables_are_known_before() => Assert.Equal(["n", "self"], Expressions.Compile("[1].all(x, x < n) || self.replicas > 1").Variables.Order());

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.Contains("recursion limit", Expressions.IssuesOf(new string('(', 300) + "1" + new string(')', 300)), StringComparison.Ordinal);
        Assert.Contains("recursion limit", Expressions.IssuesOf("x" + string.Concat(Enumerable.Repeat(".a", 300))), StringComparison.Ordinal);
        Assert.Contains("exceeds limit", Expressions.IssuesOf(new string(' ', CelProgram.MaximumLength + 1)), StringComparison.Ordinal);
        Assert.Contains("tokens", Expressions.IssuesOf("[" + string.Concat(Enumerable.Repeat("1,", 20_000)) + "]"), StringComparison.Ordinal);
        Assert.Equal(CelBool.True, Expressions.Evaluate(string.Join(" || ", Enumerable.Repeat("false", 2000)) + " || true"));
    }

    [Theory]
    [InlineData("foo-bar", "foo__dash__bar")]
    [InlineData("a.b/c", "a__dot__b__slash__c")]
    [InlineData("x__y", "x__underscores__y")]
    [InlineData("namespace", "__namespace__")]
    [InlineData("int", "int")]
    [InlineData("a b", null)]
    [InlineData("1a", null)]
    public void Names_are_escaped_as_Kubernetes_does(string name, string? escaped) => Assert.Equal(escaped, CelIdentifiers.Escape(name));
}

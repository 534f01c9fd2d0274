namespace Holdfast.Cel.Tests;

/// <summary>What expressions give, mostly facts of cel-spec's language definition and conformance tables.</summary>
public sealed class EvaluationTests
{
    [Theory]
    [InlineData("1 + 2 * 3 == 7")]
    [InlineData("(1 + 2) * 3 == 9")]
    [InlineData("7 / 2 == 3 && -7 / 2 == -3 && 7 % -4 == 3 && -7 % 4 == -3")]
    [InlineData("7.0 / 2.0 == 3.5 && 1e3 == 1000.0 && .5 == 0.5")]
    [InlineData("0x1F == 31 && 0xFFu == 255u && 10u - 3u == 7u")]
    [InlineData("-9223372036854775808 < 0 && 9223372036854775807 > 0 && 18446744073709551615u > 1u")]
    [InlineData("- - 5 == 5 && !!true && --n == n")]
    [InlineData("dyn(1) == 1.0 && dyn(1u) == 1 && 1 < 2.5 && 2u >= 1.5 && 9223372036854775807 < 9223372036854775808.0")]
    [InlineData("dyn(1) != 'a' && dyn(null) == null && dyn([]) != {}")]
    [InlineData("'a' + 'b' == \"ab\" && r'\\n' == '\\\\n' && '''it's''' == \"it's\" && '\\u00e9\\x41\\101' == 'éAA'")]
    [InlineData("b'abc' + b'\\xff' == b'abc\\377' && size(b'é') == 2 && b'a' < b'b'")]
    [InlineData("[1, 2] + [3] == [1, 2, 3] && [1, 2][1] == 2 && [[1], [2]][1][0] == 2")]
    [InlineData("{'a': 1, 'b': 2}['b'] == 2 && dyn({'a': 1}) == {'a': 1.0} && {1: 'x'}[dyn(1u)] == 'x' && {'a': 1}.a == 1")]
    [InlineData("1 in [1, 2] && !(3 in [1, 2]) && 'a' in {'a': 1} && !('b' in {'a': 1})")]
    [InlineData("true ? true : false")]
    [InlineData("false ? false : false ? false : true")]
    [InlineData("'b' > 'a' && '\U0001F600' > '\uFFFD' && 'a' < 'aa' && false < true")]
    [InlineData("size('h\u00e9\U0001F600') == 3 && size([1, 2]) == 2 && size({'a': 1}) == 1 && 'abc'.size() == 3")]
    [InlineData("[1, 2, 3, // and so on\n 4,].size() == 4")]
    [InlineData("type(1) == int && type('a') == string && type(null) == null_type && type([]) == list && type(type(1)) == type")]
    public void Literals_and_operators(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("self.replicas == 3 && self.name.startsWith('led') && self.foo__dash__bar == 'dashed' && self.__namespace__ == 'ns'")]
    [InlineData("has(self.name) && !has(self.missing) && has(self.labels.app) && !has(self.labels.other) && has(x.nothing)")]
    [InlineData("self.labels['tier-1'] == 'db' && self.labels.exists(key, key == 'app') && self.labels.all(key, self.labels[key] != '')")]
    [InlineData("self.free.a[0] == 1 && self.free.a[1] == 2.5 && self.free.a[2] == null && self.free.a[3].b")]
    [InlineData("self.since < timestamp('2026-02-01T00:00:00Z') && self.since.getFullYear() == 2026 && self.data == b'hi'")]
    [InlineData("self.ports.map(port, port.port) == [80, 90] && self.ports.exists_one(port, port.name == 'raft') && self.ports.filter(p, p.port > 80)[0].name == 'raft'")]
    [InlineData("x.list.map(i, i > 1, i * 10) == [20, 30] && x.list.sum() == 6 && x.text == 'abc'")]
    [InlineData("[1, 2].all(i, [3, 4].all(j, i < j)) && [1].map(n, n)[0] == 1 && n == 7")]
    [InlineData("[].all(i, i > 1) && ![].exists(i, i > 1) && ![].exists_one(i, i == 1)")]
    [InlineData(".self.replicas == 3")]
    public void Fields_and_macros(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("self.?name.orValue('none') == 'ledger' && self.?missing.orValue('none') == 'none' && !self.?missing.hasValue()")]
    [InlineData("x.?nothing.hasValue() && !x.?none.a.b.hasValue() && x.?none.or(optional.of(3)).value() == 3 && !has(x.?none.a)")]
    [InlineData("self.ports[?1].port.orValue(0) == 90 && self.ports[?5].port.orValue(0) == 0 && self.labels[?'app'].value() == 'ledger' && !self.labels[?'zone'].hasValue()")]
    [InlineData("self.?ports[0].name == optional.of('http') && optional.ofNonZeroValue('') == optional.none() && self.?labels['none'].orValue('x') == 'x'")]
    [InlineData("self.?name.optMap(n, n.size()).orValue(0) == 6 && self.?missing.optMap(n, n.size()).orValue(0) == 0 && self.?free.optFlatMap(f, f.?a).hasValue()")]
    public void Values_that_may_be_missing(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("true || 1 / 0 > 0")]
    [InlineData("1 / 0 > 0 || true")]
    [InlineData("!(1 / 0 > 0 && false)")]
    [InlineData("[0, 1].exists(i, 1 / i == 1)")]
    [InlineData("![0, 2].all(i, 4 / i == 1)")]
    [InlineData("x.none == 1 || x.one == 1")]
    [InlineData("dyn(1) || true")]
    public void An_error_is_dropped_when_the_other_side_decides(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("1 / 0", "division by zero")]
    [InlineData("1 % 0", "modulus by zero")]
    [InlineData("9223372036854775807 + 1", "integer overflow")]
    [InlineData("-(-9223372036854775808)", "integer overflow")]
    [InlineData("-9223372036854775808 / -1", "integer overflow")]
    [InlineData("0u - 1u", "unsigned integer overflow")]
    [InlineData("x.other", "no such key: other")]
    [InlineData("self.missing", "no such key: missing")]
    [InlineData("{'a': 1}['b']", "no such key: b")]
    [InlineData("[1][1]", "index out of bounds: 1")]
    [InlineData("[1][-1]", "index out of bounds: -1")]
    [InlineData("x.one + 'a'", "no such overload")]
    [InlineData("x.text && true", "no such overload")]
    [InlineData("1 / 0 > 0 || false", "division by zero")]
    [InlineData("[1, 0].exists_one(i, 1 / i == 1)", "division by zero")]
    [InlineData("x.text ? 1 : 2", "no such overload")]
    [InlineData("x.one.text", "no such overload")]
    [InlineData("self.?missing.value()", "optional.none() dereference")]
    [InlineData("{'a': 1, 'a': 2}", "Failed with repeated key")]
    [InlineData("int('1x')", "type conversion error from 'string' to 'int': 1x")]
    [InlineData("int(1e99)", "integer overflow")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp overflow")]
    [InlineData("'abc'.substring(2, 1)", "invalid substring range. start: 2, end: 1")]
    [InlineData("'abc'.charAt(4)", "index out of range: 4")]
    [InlineData("'a'.matches('(' + x.text)", "error parsing regexp: missing closing )")]
    public void Failures_are_values_that_say_what_happened(string text, string message) =>
        Assert.Equal(new CelError(message, CelErrorKind.Evaluation), Expressions.Evaluate(text));

    [Fact]
    public void An_evaluation_stops_at_its_cost()
    {
        var many = string.Concat("[1,2,3,4,5,6,7,8,9,10]", string.Concat(Enumerable.Repeat(".map(x, [1,2,3,4,5,6,7,8,9,10].map(y, y))", 3)));
        var deep = "[1,2,3,4,5,6,7,8,9,10]";
        deep = Enumerable.Range(0, 8).Aggregate("true", (body, level) => $"{deep}.all(i{level}, {body})");
        var stopped = new CelCost();

        Assert.IsType<CelList>(Expressions.Evaluate(many));
        Assert.Equal(CelErrorKind.CostExceeded, Assert.IsType<CelError>(Expressions.Compile(deep).Evaluate(Expressions.Activation, stopped)).Kind);
        Assert.True(stopped.IsExceeded);
        Assert.Equal(CelErrorKind.CostExceeded, Assert.IsType<CelError>(Expressions.Compile($"{deep} || true").Evaluate(Expressions.Activation, new CelCost())).Kind);
    }

    [Fact]
    public void Text_does_not_grow_without_bound()
    {
        var doubled = "['aaaaaaaaaaaaaaaa']" + string.Concat(Enumerable.Repeat(".map(x, x + x + x + x)", 40));

        Assert.IsType<CelError>(Expressions.Evaluate(doubled));
    }

    [Fact]
    public void Patterns_that_are_made_while_an_expression_runs_are_paid_for()
    {
        var tens = "[1,2,3,4,5,6,7,8,9,10]";
        var many = $"{tens}.all(a, {tens}.all(b, {tens}.all(c, {tens}.all(d, x.text.matches('(abc|' + string(a) + string(b) + string(c) + string(d) + ')*')))))";

        Assert.Equal(CelErrorKind.CostExceeded, Assert.IsType<CelError>(Expressions.Evaluate(many)).Kind);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("Nowhere/Atall")]
    public void A_time_zone_that_is_none_is_refused(string zone) =>
        Assert.Equal($"unknown time zone {zone}", Assert.IsType<CelError>(Expressions.Evaluate($"self.since.getHours('{zone}')")).Message);

    [Fact]
    public void A_cancelled_evaluation_ends()
    {
        var deep = Enumerable.Range(0, 6).Aggregate("true", (body, level) => $"[1,2,3,4,5,6,7,8,9,10].all(i{level}, {body})");
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Equal(CelErrorKind.Cancelled, Assert.IsType<CelError>(Expressions.Compile(deep).Evaluate(Expressions.Activation, new CelCost(cancellationToken: source.Token))).Kind);
    }
}

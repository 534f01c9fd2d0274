using System.Text.Json;

namespace Holdfast.Cel.Tests;

/// <summary>What expressions may cost and what they do cost, in the units and by the rules of cel-go and of Kubernetes' libraries.</summary>
public sealed class CostTests
{
    private const string Fifty = "'01234567890123456789012345678901234567890123456789'";

    // A name of at most 10 characters (40 octets), up to 5 numbers, up to 3 tags of at most 2 characters, up to 4 labels of at most 5.
    private static readonly CelType Data = CelType.Object("data",
    [
        new("name", "name", CelType.String.Sized(40)),
        new("count", "count", CelType.Int),
        new("numbers", "numbers", CelType.List(CelType.Int).Sized(5)),
        new("tags", "tags", CelType.List(CelType.String.Sized(8)).Sized(3)),
        new("labels", "labels", CelType.Map(CelType.String, CelType.String.Sized(20)).Sized(4)),
        new("free", "free", CelType.String.Sized(3_145_726)),
    ]);

    private static readonly CelValue Largest = CelValue.FromJson(JsonDocument.Parse("""
        {"name": "abcdefghij", "count": 5, "numbers": [1, 2, 3, 4, 5], "tags": ["aa", "bb", "cc"], "labels": {"a": "11111", "b": "22222", "c": "33333", "d": "44444"}, "free": "x"}
        """).RootElement, Data);

    private static CelProgram Compile(string text) =>
        CelProgram.TryCompile(text, CelEnvironment.Standard.With("self", Data).Estimating(Data), out var program, out var issues)
            ? program : throw new Xunit.Sdk.XunitException($"{text}: {issues}");

    private static long Spent(CelProgram program)
    {
        var cost = new CelCost(100_000_000);
        var value = program.Evaluate(CelActivation.Empty.With("self", Largest), cost);
        Assert.False(value is CelError, $"{program.Text}: {value}");
        return cost.Spent;
    }

    [Theory]
    [InlineData("[1, 2, 3, 4, 5].sum()", 15, 15, 15)]
    [InlineData("[false, true].isSorted()", 12, 12, 12)]
    [InlineData("[1, 2, 3, 4, 5].indexOf(3)", 15, 15, 15)]
    [InlineData(Fifty + ".indexOf('123')", 5, 5, 5)]
    [InlineData("url('https:://kubernetes.io/').getPort()", 4, 4, 4)]
    [InlineData("url('https:://kubernetes.io/') == url('http://x.b')", 5, 5, 5)]
    [InlineData("url('http://x.b') == url('https:://kubernetes.io/')", 5, 7, 5)]
    [InlineData("ip('192.168.0.1').family()", 3, 3, 3)]
    [InlineData("ip('2001:db8:3333:4444:5555:6666:7777:8888') == ip('192.168.0.1')", 7, 7, 7)]
    [InlineData("ip.isCanonical('192.168.0.1')", 3, 3, 3)]
    [InlineData("cidr('192.168.0.0/16').masked()", 3, 3, 3)]
    [InlineData("cidr('192.168.0.0/16').containsIP(ip('192.0.0.1'))", 4, 7, 4)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7, 11, 7)]
    [InlineData("'ABCDEFGHIJ abcdefghij'.lowerAscii()", 3, 3, 3)]
    [InlineData("strings.quote('ABCDEFGHIJ abcdefghij')", 3, 3, 3)]
    [InlineData("'abc 123 def 123'.replace('123', '456')", 3, 3, 3)]
    [InlineData("'abc 123 def 123'.split(' ', 1)", 3, 3, 3)]
    [InlineData("'abc 123 def 123'.substring(5, 8)", 2, 2, 2)]
    [InlineData("'abc 123 def 123'.findAll('123', 1)", 2, 2, 2)]
    [InlineData("quantity('200M') == quantity('0.2G') && quantity('0.2G') == quantity('200M')", 3, 6, 6)]
    [InlineData("quantity('50k').add(20).sub(quantity('100k')).sub(-50000).asInteger() > 0", 7, 7, 7)]
    [InlineData("format.named('dns1123Subdomain').value().validate('my-name')", 34, 34, 17)]
    [InlineData("format.named('dns1123Label').value() == format.named('dns1123Label').value()", 5, 11, 5)]
    [InlineData("sets.contains([1, 2, 3, 4], [2, 3])", 29, 29, 29)]
    [InlineData("sets.equivalent([1, 2, 3], [3, 2, 1])", 39, 39, 39)]
    [InlineData("!sets.intersects([1], [])", 22, 22, 22)]
    [InlineData("semver('1234.56789012345.67890123456789')", 4, 4, 4)]
    [InlineData("semver('1.0.0').compareTo(semver('1.2.3'))", 3, 3, 3)]
    [InlineData("{'a': 1, 'b': 2}.all(k, v, v > 0)", 37, 41, 41)]
    [InlineData("{'a': 1, 'b': 2}.exists(k, v, v > 0)", 39, 43, 40)]
    [InlineData("{'a': 1, 'b': 2}.existsOne(k, v, v > 0)", 38, 40, 39)]
    [InlineData("{'a': 1, 'b': 2}.transformMap(k, v, v < 5, v + 1)", 67, 75, 75)]
    [InlineData("{'a': 1, 'b': 2}.transformMapEntry(k, v, {k: v + 1})", 131, 131, 131)]
    [InlineData("[1, 2].transformList(i, v, v + 1)", 49, 49, 49)]
    [InlineData("[1, 2].transformList(i, v, v < 5, v + 1)", 27, 53, 53)]
    public void What_stands_in_an_expression_costs_what_it_costs_in_Kubernetes(string text, ulong least, ulong most, long spent)
    {
        var program = Compile(text);
        Assert.Equal(new CelCostRange(least, most), program.EstimatedCost);
        if (!text.Contains("existsOne", StringComparison.Ordinal))
            Assert.Equal(spent, Spent(program));
    }

    [Theory]
    [InlineData("self.count > 1", 3)]
    [InlineData("self.count == self.count", 4)]
    [InlineData("self.name == 'x'", 3)]
    [InlineData("self.name == self.free", 8)]
    [InlineData("has(self.name)", 1)]
    [InlineData("self.name.startsWith('abc')", 3)]
    [InlineData("self.name.contains(self.name)", 20)]
    [InlineData("self.name.matches('^[a-z]+$')", 12)]
    [InlineData("self.numbers.all(i, i > 0)", 28)]
    [InlineData("self.numbers[0] in self.numbers", 10)]
    [InlineData("self.tags.exists(t, t == self.name)", 27)]
    [InlineData("self.labels.all(k, self.labels[k].size() < 5)", 39)]
    [InlineData("self.labels.all(k, v, v.startsWith(k))", 23)]
    [InlineData("self.free.size() < 5", 4)]
    [InlineData("self.free.contains('a')", 314575)]
    [InlineData("self.tags.isSorted()", 8)]
    [InlineData("self.name.split('').size() > 0", 12)]
    [InlineData("self.?name.orValue('x') == 'x'", 4)]
    [InlineData("has(self.name) ? self.name == 'abc' : self.count > 1 && self.count < 9", 7)]
    public void A_path_into_the_data_is_as_large_as_its_schema_allows(string text, ulong most)
    {
        var program = Compile(text);
        Assert.Equal(most, program.EstimatedCost.Maximum);
        // Comparing two numbers is estimated as nothing and spends one.
        Assert.True((ulong)Spent(program) <= most + 1, $"{text} spent {Spent(program)}");
    }

    [Theory]
    [InlineData("self.tags.map(t, t + 'x').isSorted()")]
    [InlineData("self.tags.map(t, t + self.name).join() == self.free")]
    [InlineData("quantity(self.name) != quantity('1')")]
    [InlineData("lists.range(self.count).size() > 1")]
    public void What_cannot_be_known_before_costs_all_there_is(string text) =>
        Assert.True(Compile(text).EstimatedCost.Maximum > 1_000_000_000_000, Compile(text).EstimatedCost.ToString());

    [Fact]
    public void Estimates_do_not_overflow() =>
        Assert.Equal(ulong.MaxValue, Compile("self.tags.all(t, lists.range(self.count).all(i, lists.range(self.count).all(j, i == j)))").EstimatedCost.Maximum);

    [Fact]
    public void Without_a_type_of_the_data_nothing_is_estimated() => Assert.Equal(default, Expressions.Compile("self.replicas > 1").EstimatedCost);
}

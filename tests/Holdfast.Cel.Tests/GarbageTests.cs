namespace Holdfast.Cel.Tests;

/// <summary>Random text, from the parts of the language and from anything, never throws and never hangs.</summary>
public sealed class GarbageTests
{
    private static readonly string[] Parts =
    [
        "self", "x", "n", ".", "(", ")", "[", "]", "{", "}", ",", ":", "?", "&&", "||", "!", "-", "+", "*", "/", "%", "==", "!=", "<", ">=", " in ", "1", "0",
        "2.5", "3u", "'abc'", "'(a|b)*'", "b'x'", "null", "true", "false", "has", ".all(i,", ".exists(i,", ".map(i,", ".filter(i,", "i", ".matches(", ".size()",
        ".name", ".ports", ".labels", ".list", ".one", "int(", "string(", "duration('1h')", "timestamp(", "'2026-01-01T00:00:00Z'", ".replace('a','bb')", ".split('')",
        ".join()", ".format([x])", "'%s%d'", ".substring(1)", ".sum()", ".max()", "dyn(", "type(", ".?name", ".?none", "[?0]", ".orValue(1)", ".optMap(i,", "optional.of(", ".hasValue()", "9223372036854775807", "quantity(", "'1.5Gi'", ".add(", ".compareTo(", "url(", "'https://a.b/c?d=e'", ".getQuery()", "ip(", "cidr(", "'10.0.0.0/8'", ".containsIP(",
        "semver(", "'1.2.3-a'", "format.named(", "'uri'", ".validate(", ".all(i,j,", ".transformMap(i,j,", ".transformMapEntry(i,j,", "j", ".sortBy(i,", ".flatten(", ".distinct()", ".slice(0,1)",
        "lists.range(", ".sort()", ".first()", "[?", "{?", "sets.equivalent(", "\n", "//", "\\", "\"", "\U0001F600", "\ud800",
    ];

    private static readonly CelEnvironment Estimating = Expressions.Environment.Estimating(Expressions.Environment.Find("self")!);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_text_never_throws(int seed)
    {
        var random = new Random(seed);
        var compiled = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = random.Next(10) == 0 ? Characters(random) : string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Parts[random.Next(Parts.Length)]));
            if (!CelProgram.TryCompile(text, Estimating, out var program, out var issues))
            {
                Assert.NotEmpty(issues.ToString());
                continue;
            }
            compiled++;
            Assert.True(program.EstimatedCost.Minimum <= program.EstimatedCost.Maximum, text);
            Assert.NotNull(program.Evaluate(Expressions.Activation, new CelCost(100_000)));
        }
        Assert.True(compiled > 100, $"only {compiled} of the texts were expressions");
    }

    private static string Characters(Random random) => new([.. Enumerable.Range(0, random.Next(60)).Select(_ => (char)random.Next(random.Next(2) == 0 ? 128 : 65536))]);
}

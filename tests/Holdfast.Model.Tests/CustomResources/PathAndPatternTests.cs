using System.Text.Json;
using Holdfast.Model.CustomResources;

namespace Holdfast.Model.Tests.CustomResources;

/// <summary>The paths of printer columns, and Go's regular expressions.</summary>
public sealed class PathAndPatternTests
{
    private const string Object = """{"spec":{"size":3,"list":[{"n":"a","v":1},{"n":"b","v":2}],"odd.key":"o"},"status":{"conditions":[{"type":"A","status":"False"},{"type":"Ready","status":"True"}]}}""";

    [Theory]
    [InlineData(".spec.size", "3")]
    [InlineData(".spec.list[1].n", "\"b\"")]
    [InlineData(".spec.list[-1].v", "2")]
    [InlineData(".spec.list[*].n", "\"a\"")]
    [InlineData(".spec.list[1:].n", "\"b\"")]
    [InlineData(".spec['odd.key']", "\"o\"")]
    [InlineData(@".spec.odd\.key", "\"o\"")]
    [InlineData(".status.conditions[?(@.type==\"Ready\")].status", "\"True\"")]
    [InlineData(".status.conditions[?(@.type=='Ready')].status", "\"True\"")]
    [InlineData(".spec.list[?(@.v>1)].n", "\"b\"")]
    [InlineData(".spec.none.there", "")]
    public void A_path_finds_its_first_value(string text, string expected)
    {
        Assert.True(JsonPath.TryParse(text, out var path, out var problem), problem);
        using var document = JsonDocument.Parse(Object);
        var found = path.First(document.RootElement);
        Assert.Equal(expected, found.ValueKind == JsonValueKind.Undefined ? "" : found.GetRawText());
    }

    [Theory]
    [InlineData(".spec.list[")]
    [InlineData(".spec.list[x]")]
    [InlineData("spec")]
    public void What_is_no_path_is_said_so(string text)
    {
        Assert.False(JsonPath.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData("^(?P<a>x)$", "x", true)]
    [InlineData("^[[:alpha:]]+$", "ab", true)]
    [InlineData("^[]a]$", "]", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^.{2}$", "😀", false)]
    [InlineData("^.$", "\n", false)]
    [InlineData("(?s)^.$", "\n", true)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData("^[^a]$", "a", false)]
    [InlineData("^[^a]{2}$", "😀", false)]
    [InlineData(@"^\W$", "😀", true)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^[\W]$", "é", true)]
    [InlineData(@"^[^\W]$", "é", false)]
    [InlineData(@"^[\D]$", "7", false)]
    [InlineData(@"^[\S]$", " ", false)]
    [InlineData(@"^\pL\PL$", "é1", true)]
    [InlineData(@"^\p{Lu}$", "É", true)]
    [InlineData(@"^\x{41}\x{1F600}$", "A😀", true)]
    [InlineData(@"^\Qa.b\E$", "a.b", true)]
    [InlineData(@"^\Qa.b\E$", "axb", false)]
    [InlineData("^a]$", "a]", true)]
    [InlineData("^[a^]$", "^", true)]
    [InlineData("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false)]
    public void Patterns_mean_what_they_mean_in_Go(string pattern, string text, bool matches)
    {
        Assert.True(GoPattern.TryCompile(pattern, out var compiled, out var problem), problem);
        Assert.Equal(matches, compiled.IsMatch(text));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=a)")]
    [InlineData(@"(a)\1")]
    [InlineData(@"[\b]")]
    [InlineData(@"\h")]
    [InlineData(@"\Z")]
    [InlineData(@"\p{Greek}")]
    [InlineData(@"\p")]
    [InlineData(@"\x{110000}")]
    [InlineData("[[:nope:]]")]
    public void Patterns_that_Go_does_not_have_are_refused_in_its_words(string pattern)
    {
        Assert.False(GoPattern.TryCompile(pattern, out _, out var problem));
        Assert.StartsWith("error parsing regexp: ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("Regex", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("offset", problem, StringComparison.Ordinal);
    }
}

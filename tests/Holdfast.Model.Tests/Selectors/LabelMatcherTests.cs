using Holdfast.Model.Meta;
using Holdfast.Model.Selectors;
using Holdfast.Model.Values;

namespace Holdfast.Model.Tests.Selectors;

public sealed class LabelMatcherTests
{
    private static readonly ValueMap<string> Labels = ValueMap.Of(("app", "ledger"), ("tier", "data"), ("rank", "7"), ("empty", ""));

    [Theory]
    [InlineData("", "", true)]
    [InlineData("app=ledger", "app=ledger", true)]
    [InlineData("app==ledger", "app==ledger", true)]
    [InlineData(" app = ledger , tier != web ", "app=ledger,tier!=web", true)]
    [InlineData("none!=x", "none!=x", true)]
    [InlineData("app!=ledger", "app!=ledger", false)]
    [InlineData("app in (x, ledger)", "app in (ledger,x)", true)]
    [InlineData("app notin (x,y)", "app notin (x,y)", true)]
    [InlineData("none notin (x)", "none notin (x)", true)]
    [InlineData("none in (x)", "none in (x)", false)]
    [InlineData("tier,app", "app,tier", true)]
    [InlineData("!none", "!none", true)]
    [InlineData("!app", "!app", false)]
    [InlineData("rank>6", "rank>6", true)]
    [InlineData("rank>7", "rank>7", false)]
    [InlineData("rank<8", "rank<8", true)]
    [InlineData("app>1", "app>1", false)]
    [InlineData("empty=", "empty=", true)]
    [InlineData("empty=,app", "app,empty=", true)]
    [InlineData("empty in ()", "empty in ()", true)]
    [InlineData("app in (,ledger)", "app in (,ledger)", true)]
    [InlineData("app in (ledger,)", "app in (,ledger)", true)]
    [InlineData("in in (in)", "in in (in)", false)]
    [InlineData("notin", "notin", false)]
    public void Text_selects_and_is_written_back(string text, string written, bool isSelected)
    {
        var matcher = LabelMatcher.Parse(text);
        Assert.Equal(written, matcher.ToString());
        Assert.Equal(isSelected, matcher.Matches(Labels));
        Assert.Equal(matcher, LabelMatcher.Parse(written));
    }

    [Theory]
    [InlineData("a b c", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a in x", "unable to parse requirement: found 'x' expected: '('")]
    [InlineData("a in (x", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("a in (x y)", "unable to parse requirement: found 'y', expected: ',' or ')'")]
    [InlineData("a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("a,,b", "found ',', expected: identifier after ','")]
    [InlineData(",a", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("a==(", "unable to parse requirement: found '(', expected: identifier")]
    [InlineData("!a=b", "found '=', expected: ',' or 'end of string'")]
    [InlineData("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    public void What_is_wrong_with_text_is_said_as_Kubernetes_says_it(string text, string error)
    {
        Assert.False(LabelMatcher.TryParse(text, out _, out var found));
        Assert.Equal(error, found);
    }

    [Fact]
    public void Malformed_keys_and_values_are_refused()
    {
        Assert.False(LabelMatcher.TryParse("-a=b", out _, out var error));
        Assert.StartsWith("unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of", error, StringComparison.Ordinal);
        Assert.False(LabelMatcher.TryParse("a=-b", out _, out error));
        Assert.StartsWith("unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string", error, StringComparison.Ordinal);
        Assert.False(LabelMatcher.TryParse($"a={new string('x', 64)}", out _, out error));
        Assert.EndsWith("must be no more than 63 bytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_selector_selects_nothing_and_an_empty_one_everything()
    {
        Assert.False(LabelMatcher.From(null).Matches(Labels));
        Assert.True(LabelMatcher.From(LabelSelector.Empty).Matches(Labels));
        Assert.True(LabelMatcher.From(LabelSelector.Empty).SelectsEverything);
        Assert.True(LabelMatcher.FromLabels(default).SelectsEverything);
    }

    [Fact]
    public void Labels_and_expressions_of_a_selector_must_all_hold()
    {
        var selector = new LabelSelector
        {
            MatchLabels = ValueMap.Of(("app", "ledger")),
            MatchExpressions =
            [
                new() { Key = "tier", Operator = "In", Values = ["data", "cache"] },
                new() { Key = "retired", Operator = "DoesNotExist" },
            ],
        };
        var matcher = LabelMatcher.From(selector);
        Assert.True(matcher.Matches(Labels));
        Assert.False(matcher.Matches(Labels.SetItem("retired", "yes")));
        Assert.False(matcher.Matches(Labels.SetItem("tier", "web")));
        Assert.Equal("app=ledger,!retired,tier in (cache,data)", matcher.ToString());
        Assert.Equal("ledger", matcher.RequiredValue("app"));
        Assert.Null(matcher.RequiredValue("tier"));
    }

    [Fact]
    public void Every_problem_of_a_selector_is_found_with_its_path()
    {
        var selector = new LabelSelector
        {
            MatchLabels = ValueMap.Of(("a/b/c", "x")),
            MatchExpressions =
            [
                new() { Key = "k", Operator = "In" },
                new() { Key = "k", Operator = "Exists", Values = ["v"] },
                new() { Key = "", Operator = "Near" },
            ],
        };
        var errors = LabelSelectorValidation.Validate(selector, "spec.selector").Select(error => error.ToString()).ToList();
        Assert.StartsWith("spec.selector.matchLabels: Invalid value: \"a/b/c\": a qualified name must consist of", errors[0], StringComparison.Ordinal);
        Assert.Equal("spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'", errors[1]);
        Assert.Equal("spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'", errors[2]);
        Assert.Equal("spec.selector.matchExpressions[2].operator: Invalid value: \"Near\": not a valid selector operator", errors[3]);
        Assert.Equal("spec.selector.matchExpressions[2].key: Invalid value: \"\": name part must be non-empty", errors[4]);
        Assert.Equal(6, errors.Count);
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var matcher = LabelMatcher.Parse("app=ledger,tier in (data,web),rank>3,!none,empty!=x");
        Assert.True(matcher.Matches(Labels));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = matcher.Matches(Labels);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}

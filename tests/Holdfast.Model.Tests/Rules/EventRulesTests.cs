using System.Reflection;
using Holdfast.Model.Events;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Tests.Rules;

/// <summary>Problems of events in either group, as Kubernetes words them, and the way from one group to the other.</summary>
public sealed class EventRulesTests
{
    private const string Full = """
        "metadata":{"name":"e","namespace":"default"},"regarding":{"kind":"Pod","namespace":"default","name":"p"},"related":{"kind":"Node","name":"n"},
        "action":"Bind","reason":"Bound","note":"It is.","type":"Normal","eventTime":"2026-01-02T03:04:05.000006Z","reportingController":"a/b","reportingInstance":"i"
        """;

    private const string Deprecated = """
        ,"series":{"count":2,"lastObservedTime":"2026-01-02T03:04:05.000007Z"},"deprecatedSource":{"component":"c","host":"h"},"deprecatedCount":3,
        "deprecatedFirstTimestamp":"2026-01-02T03:04:05Z","deprecatedLastTimestamp":"2026-01-02T03:04:06Z"
        """;

    private static readonly KindRules Rules = KindRulesCatalog.Find(Event.ResourceType)!;

    private static readonly KindRules CoreRules = KindRulesCatalog.Find(Core.Event.ResourceType)!;

    private static Event Read(string fields) => ModelJson.Read<Event>($"{{{fields}}}");

    [Fact]
    public void Nothing_is_lost_on_the_way_to_the_core_group_and_back()
    {
        var happening = Read(Full + Deprecated);
        var core = EventConversion.ToCore(happening);
        Assert.Equal(happening, EventConversion.FromCore(core));
        Assert.Equal(core, EventConversion.ToCore(EventConversion.FromCore(core)));
        foreach (var property in typeof(Core.Event).GetProperties(BindingFlags.Public | BindingFlags.Instance))
            Assert.False(Equals(property.GetValue(core), property.GetValue(Core.Event.Empty)), property.Name);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(",\"reportingController\":\"\"", "reportingController: Required value|reportingController: Invalid value: \"\": name part must be non-empty|reportingController: Invalid value: \"\": name part must consist of")]
    [InlineData(",\"action\":\"\"", "action: Required value")]
    [InlineData(",\"type\":\"Odd\"", "type: Invalid value: \"\": has invalid value: Odd")]
    [InlineData(",\"eventTime\":null", "eventTime: Required value")]
    [InlineData(",\"deprecatedCount\":2", "count: Invalid value: \"\": needs to be unset")]
    [InlineData(",\"deprecatedSource\":{\"host\":\"h\"}", "source: Invalid value: \"\": needs to be unset")]
    [InlineData(",\"deprecatedLastTimestamp\":\"2026-01-02T03:04:06Z\"", "lastTimestamp: Invalid value: \"\": needs to be unset")]
    [InlineData(",\"series\":{\"count\":1,\"lastObservedTime\":null}", "series.count: Invalid value: \"\": should be at least 2|series.lastObservedTime: Required value")]
    [InlineData(",\"regarding\":{\"kind\":\"Node\"},\"metadata\":{\"name\":\"e\",\"namespace\":\"other\"}", "involvedObject.namespace: Invalid value: \"\": does not match event.namespace")]
    public void A_new_event_of_its_own_group_is_checked_strictly(string more, string problems)
    {
        var found = Rules.ValidateAny(Read(Without(Full, more) + more));
        var expected = problems.Length == 0 ? [] : problems.Split('|');
        Assert.Equal(expected.Length, found.Length);
        foreach (var (problem, told) in expected.Zip(found))
            Assert.StartsWith(problem, Told(told), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_of_the_core_group_may_be_of_the_older_form()
    {
        var old = ModelJson.Read<Core.Event>("""{"metadata":{"name":"e","namespace":"default"},"involvedObject":{"kind":"Pod","namespace":"default"},"count":3,"type":"Odd"}""");
        Assert.Empty(CoreRules.ValidateAny(old));
        Assert.Equal("involvedObject.namespace: Invalid value: \"other\": does not match event.namespace",
            Told(Assert.Single(CoreRules.ValidateAny(old with { InvolvedObject = old.InvolvedObject with { Namespace = "other" } }))));
        var timed = old with { EventTime = DateTimeOffset.UnixEpoch, ReportingComponent = "a", ReportingInstance = "i", Action = "A" };
        Assert.Equal("reason: Required value", Told(Assert.Single(CoreRules.ValidateAny(timed))));
    }

    [Fact]
    public void Through_its_own_group_nothing_but_the_series_changes()
    {
        var old = Read(Full.Replace("\"name\":\"e\"", "\"name\":\"e\",\"resourceVersion\":\"1\"", StringComparison.Ordinal));
        var series = EventSeries.Empty with { Count = 2, LastObservedTime = DateTimeOffset.UnixEpoch };
        Assert.Empty(Rules.ValidateUpdateAny(old with { Series = series }, old));
        Assert.Equal("message: Invalid value: \"Else.\": field is immutable", Told(Assert.Single(Rules.ValidateUpdateAny(old with { Note = "Else." }, old))));
        Assert.StartsWith("involvedObject: Invalid value: {", Told(Assert.Single(
            Rules.ValidateUpdateAny(old with { Regarding = old.Regarding with { Name = "q" } }, old))), StringComparison.Ordinal);
    }

    // A field that is given again must not be there twice.
    private static string Without(string fields, string more)
    {
        foreach (var name in new[] { "metadata", "regarding", "action", "type", "eventTime", "reportingController" })
        {
            if (more.Contains($"\"{name}\":", StringComparison.Ordinal))
                fields = System.Text.RegularExpressions.Regex.Replace(fields, $"\"{name}\":(\\{{[^}}]*\\}}|\"[^\"]*\"),?", "");
        }
        return fields.TrimEnd().TrimEnd(',');
    }

    private static string Told(FieldError error) => $"{error.Field}: {error.Detail}";
}

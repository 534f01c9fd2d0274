using Holdfast.Cel;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Tests.Actions;

/// <summary>What users write to describe a system of their own.</summary>
public sealed class ActionLanguageTests
{
    private static readonly ActionScope Scope = new(new("db", "prod", "db-peers", 3), new("db-1", 1, "db-1", "db-1.db-peers.prod.svc", "17/x", "10.0.0.2"))
    {
        Leader = new("db-0", 0, "db-0", "db-0.db-peers.prod.svc", "16", "10.0.0.1"),
        Candidate = new("db-2", 2, "db-2", "db-2.db-peers.prod.svc", "18", "10.0.0.3"),
    };

    [Theory]
    [InlineData("/members/$(member.id)?to=$(candidate.pod)", "/members/17%2Fx?to=db-2")]
    [InlineData("/plain", "/plain")]
    [InlineData("/$$(kept)", "/$(kept)")]
    [InlineData("/$(member.ordinal + 1)/$(set.replicas > 2)", "/2/true")]
    [InlineData("/$(member.name == 'a)b' ? 'no' : set.service)", "/db-peers")]
    [InlineData("/$(set.__namespace__)/$(leader.host)", "/prod/db-0.db-peers.prod.svc")]
    [InlineData("/a%2Fb?c=$(\"x y&z\")", "/a%2Fb?c=x%20y%26z")]
    public void Paths_are_filled_in_and_values_escaped(string path, string expected) =>
        Assert.Equal(expected, Assert.IsType<HttpActionRequest>(Requested(Get(path))).PathAndQuery);

    [Fact]
    public void A_post_sends_its_body_with_values_that_are_safe_in_it()
    {
        var scope = Scope with { Member = Scope.Member with { Name = "a\"b" } };
        var request = (HttpActionRequest)Requested(new() { HttpPost = new() { Path = "/x", Body = "{\"who\": \"$(member.name)\", \"n\": $(member.ordinal)}", Port = 99, Headers = [new HttpHeader { Name = "X-Set", Value = "$(set.name)" }] } }, scope);
        Assert.Equal(("POST", "99", "application/json"), (request.Method, request.Port, request.ContentType));
        Assert.Equal("a\"b", System.Text.Json.JsonDocument.Parse(request.Body!).RootElement.GetProperty("who").GetString());
        Assert.Equal("X-Set=db", Assert.Single(request.Headers.Select(header => $"{header.Key}={header.Value}")));
    }

    [Fact]
    public void A_command_gets_each_argument_whole()
    {
        var request = (ExecActionRequest)Requested(new() { Exec = new() { Command = ["ctl", "promote", "$(member.name + ' b')"], Container = "db", Stdin = "$(leader.id)\n" } });
        Assert.Equal(["ctl", "promote", "db-1 b"], request.Command);
        Assert.Equal(("db", "16\n"), (request.Container, request.Input));
    }

    [Fact]
    public void What_an_action_does_not_say_comes_from_the_member_it_belongs_to()
    {
        var description = Read(new() { Port = "client", Scheme = "https", Promote = Get("/p"), Observe = Observing(Get("/o", ("members", "[]"))) with { Timeout = "1500ms" } });
        var (promote, observe) = ((HttpActionRequest)description.Promote!.Request(Scope, out _)!, (HttpActionRequest)description.Observe[0].Request(Scope, out _)!);
        Assert.Equal(("https", "client", TimeSpan.FromSeconds(10), ActionTarget.Leader), (promote.Scheme, promote.Port, promote.Timeout, description.Promote.To));
        Assert.Equal((TimeSpan.FromSeconds(1.5), ActionTarget.Target), (observe.Timeout, description.Observe[0].To));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)), (description.Period, description.MaximumAge));
    }

    [Fact]
    public void A_member_that_is_not_known_leaves_nothing_to_ask()
    {
        var action = Read(new() { Observe = Observing(Get("/o", ("members", "[]"))), TransferLeadership = Get("/to/$(candidate.id)") }).TransferLeadership!;
        Assert.Null(action.Request(Scope with { Candidate = null }, out var failure));
        Assert.Equal(ActionFailureKind.NotAskable, failure!.Kind);
        Assert.Contains("spec.member.transferLeadership: $(candidate.id) has no value", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/x/$(member.id", "spec.member.promote.httpGet.path", "the expression that begins at character 4 has no end")]
    [InlineData("/x/$(member.nme)", "spec.member.promote.httpGet.path", "the expression at character 6 cannot be read: undefined field 'nme' (its character 7)")]
    [InlineData("/x/$(members.id)", "spec.member.promote.httpGet.path", "undeclared reference to 'members'")]
    [InlineData("/x/$(response.status)", "spec.member.promote.httpGet.path", "undeclared reference to 'response'")]
    [InlineData("x", "spec.member.promote.httpGet.path", "must begin with a slash")]
    public void Mistakes_are_told_with_their_place(string path, string field, string message)
    {
        Assert.Null(MemberDescription.Read(new() { Observe = Observing(Get("/o", ("members", "[]"))), Promote = Get(path) }, out var issues));
        var issue = Assert.Single(issues);
        Assert.Equal(field, issue.Path);
        Assert.Contains(message, issue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_is_told_not_only_the_first()
    {
        Assert.Null(MemberDescription.Read(new()
        {
            Observe = Observing(Get("/o", ("rolle", "1"), ("term", "response.jsn"), ("version", "'a' +")), Get("/$(seen.later)", ("_later", "1"))),
            Promote = new(),
            Remove = Get("/r") with { Timeout = "-1s", HttpPost = new() { Path = "/" } },
        }, out var issues));
        Assert.Equal(
            [
                "spec.member.observe.calls", "spec.member.observe.calls[0].fields.rolle", "spec.member.observe.calls[0].fields.term", "spec.member.observe.calls[0].fields.version",
                "spec.member.observe.calls[1].httpGet.path", "spec.member.promote", "spec.member.remove", "spec.member.remove.timeout",
            ],
            issues.Select(issue => issue.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_unknown_preset_is_told_with_the_known_ones()
    {
        Assert.Null(MemberDescription.Read(new() { Preset = "oracle" }, out var issues));
        Assert.Contains("there is no preset \"oracle\"; there are etcd, ledger-store", issues[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_spec_says_itself_wins_over_its_preset()
    {
        var description = Read(new() { Preset = "etcd", Port = 12379, Observe = new() { Period = "3s" }, Remove = Get("/own") });
        Assert.Equal(TimeSpan.FromSeconds(3), description.Period);
        Assert.Equal(3, description.Observe.Length);
        Assert.Equal("12379", ((HttpActionRequest)description.Observe[0].Request(Scope, out _)!).Port);
        Assert.Equal("/own", ((HttpActionRequest)description.Remove!.Request(Scope, out _)!).PathAndQuery);
        Assert.Equal("{\"ID\": \"17/x\"}", ((HttpActionRequest)description.Promote!.Request(Scope, out _)!).Body);
    }

    [Fact]
    public void Fields_are_read_and_what_is_missing_says_why()
    {
        var call = Read(new()
        {
            Observe = Observing(Get("/o",
            ("members", "response.json.peers.map(p, {'id': string(p), 'voter': dyn(true)})"), ("term", "int(response.json.term)"), ("role", "response.json.?role"),
            ("healthy", "response.status == 200"), ("version", "response.json.version"), ("leaderId", "null")))
        }).Observe[0];
        var reading = call.Read(new ActionResponse(200, """{"peers": [1, 2], "term": "7"}"""), Scope);
        Assert.Equal(["healthy", "members", "term"], reading.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new CelInt(7), reading.Fields["term"]);
        Assert.Equal(["leaderId", "role", "version"], reading.Problems.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("spec.member.observe.calls[0].fields.version: no such key: version", reading.Problems["version"]);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(204, null)]
    [InlineData(404, "spec.member.promote: GET /p answered 404: not here")]
    public void An_unexpected_status_is_a_refusal(int status, string? message) =>
        Assert.Equal(message, Read(new() { Observe = Observing(Get("/o", ("members", "[]"))), Promote = Get("/p") }).Promote!.Check(new ActionResponse(status, "not\nhere"))?.Message.Replace("not  here", "not here", StringComparison.Ordinal));

    [Fact]
    public void Statuses_that_are_named_are_the_only_good_ones()
    {
        var action = Read(new() { Observe = Observing(Get("/o", ("members", "[]"))), Promote = Get("/p") with { ExpectStatus = [409] } }).Promote!;
        Assert.Null(action.Check(new ActionResponse(409, "")));
        Assert.NotNull(action.Check(new ActionResponse(200, "")));
    }

    [Fact]
    public void An_expression_that_costs_too_much_gives_no_value()
    {
        var list = $"[{string.Join(',', Enumerable.Range(0, 200))}]";
        var call = Read(new() { Observe = Observing(Get("/o", ("members", $"{list}.map(a, {list}.map(b, {list}.map(c, {list}.map(d, a))))"))) }).Observe[0];
        Assert.Contains("cost limit", call.Read(new ActionResponse(200, "{}"), Scope).Problems["members"], StringComparison.Ordinal);
    }

    private static ActionRequest Requested(MemberAction action, ActionScope? scope = null)
    {
        var request = Read(new() { Observe = Observing(Get("/o", ("members", "[]"))), Promote = action }).Promote!.Request(scope ?? Scope, out var failure);
        return request ?? throw new InvalidOperationException(failure!.Message);
    }

    private static MemberDescription Read(MemberSpec member) =>
        MemberDescription.Read(member, out var issues) ?? throw new InvalidOperationException(string.Join("; ", issues));

    private static ObserveSpec Observing(params MemberAction[] calls) => new() { Calls = [.. calls] };

    private static MemberAction Get(string path, params (string Name, string Expression)[] fields) =>
        new() { HttpGet = new HttpCall { Path = path }, Fields = ValueMap.Of(fields) };
}

using System.Collections.Immutable;
using Holdfast.ApiServer.Http;
using Holdfast.Cel;
using Holdfast.Model.Json;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Tests.Actions;

/// <summary>The examples are Stewards that the Steward understands.</summary>
public sealed class ExampleTests
{
    private const string Self = """
        {"Config": {"NodeID": "6b3f", "NodeName": "consul-server-1", "Version": "1.18.1", "Server": true},
         "Stats": {"raft": {"state": "Follower", "term": "12", "applied_index": "4711", "commit_index": "4712"}}}
        """;

    private const string Servers = """
        {"Servers": [{"ID": "6b3f", "Node": "consul-server-1", "Address": "10.0.0.2:8300", "Leader": false, "Voter": true},
                     {"ID": "9a01", "Node": "consul-server-0", "Address": "10.0.0.1:8300", "Leader": true, "Voter": true}], "Index": 22}
        """;

    [Theory]
    [InlineData("ledger-store.yaml")]
    [InlineData("etcd.yaml")]
    [InlineData("consul.yaml")]
    public void Every_example_is_understood(string file)
    {
        var steward = Read(file);
        Assert.NotNull(MemberDescription.Read(steward.Spec.Member, out var issues));
        Assert.Empty(issues);
        Assert.Empty(new Model.Stewards.StewardRules().Validate(new Model.Stewards.StewardRules().Default(steward)));
    }

    [Fact]
    public void A_system_without_a_preset_is_understood_by_what_it_answers()
    {
        var description = MemberDescription.Read(Read("consul.yaml").Spec.Member, out _)!;
        var scope = new ActionScope(new("consul-server", "default", "consul-server", 3), new("consul-server-1", 1, "consul-server-1", "host", "6b3f", "10.0.0.2"))
        {
            Candidate = new("consul-server-2", 2, "consul-server-2", "host", "77", "10.0.0.3"),
        };
        var fields = ImmutableDictionary<string, CelValue>.Empty;
        foreach (var (call, answer) in description.Observe.Zip([Self, Servers, "\"10.0.0.1:8300\""]))
            fields = fields.SetItems(call.Read(new ActionResponse(200, answer), scope).Fields);
        var values = AnswerReader.Read(new MemberAnswer(fields, ImmutableDictionary<string, string>.Empty, null), out var problem);
        Assert.Equal("", problem);
        Assert.Equal((MemberRole.Follower, 12L, 4711L, "9a01", true), (values.Role, values.Term, values.AppliedIndex, values.LeaderId, values.IsHealthy));
        Assert.Equal([new MemberEntry("6b3f", "consul-server-1", "10.0.0.2:8300", true), new MemberEntry("9a01", "consul-server-0", "10.0.0.1:8300", true)], values.Members!.Value);
        Assert.Equal(["consul", "operator", "raft", "transfer-leader", "-id=77"], ((ExecActionRequest)description.TransferLeadership!.Request(scope, out _)!).Command);
    }

    [Theory]
    [InlineData("timestamp('2026-01-31T12:00:00Z')", true)]
    [InlineData("'2026-01-31T13:00:00+01:00'", true)]
    [InlineData("1769860800", true)]
    [InlineData("'1769860800'", true)]
    [InlineData("'2026-01-31T12:00:00'", false)]
    [InlineData("'2026-01-31'", false)]
    [InlineData("'yesterday'", false)]
    [InlineData("0", false)]
    [InlineData("1769860800000", false)]
    [InlineData("true", false)]
    public void The_time_of_the_last_backup_is_a_time_with_its_zone_or_seconds_since_1970(string expression, bool isUnderstood)
    {
        Assert.True(CelProgram.TryCompile(expression, CelEnvironment.Standard, out var program, out _));
        var said = ImmutableDictionary<string, CelValue>.Empty.Add(MemberFields.LastBackupAt, program.Evaluate(CelActivation.Empty, new CelCost(1000)));
        var values = AnswerReader.Read(new MemberAnswer(said, ImmutableDictionary<string, string>.Empty, null), out var problem);
        Assert.Equal(isUnderstood ? new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero) : null, values.LastBackupAt);
        Assert.Equal(isUnderstood, problem.Length == 0);
    }

    private static StewardResource Read(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
                continue;
            var text = File.ReadAllText(Path.Combine(folder.FullName, "examples", "steward", file)).Split("\n---\n")[^1];
            var issues = new DecodeIssues();
            var steward = ModelJson.Read<StewardResource>(YamlJson.Convert(System.Text.Encoding.UTF8.GetBytes(text)), issues);
            Assert.Empty(issues.UnknownFields);
            // As kubectl sends it.
            return steward with { Metadata = steward.Metadata with { Namespace = "default" } };
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Holdfast.slnx");
    }
}

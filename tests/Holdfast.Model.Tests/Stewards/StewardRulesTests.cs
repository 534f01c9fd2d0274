using Holdfast.Model.Json;
using Holdfast.Model.Stewards;

namespace Holdfast.Model.Tests.Stewards;

/// <summary>What a schema cannot say is found all at once, and in words that say what to do.</summary>
public sealed class StewardRulesTests
{
    [Fact]
    public void A_plain_Steward_has_no_problem() => Assert.Equal("", Problems("""{"member": {"preset": "etcd"}, "targetRef": {"name": "web"}}"""));

    [Fact]
    public void Every_problem_is_told_at_once() => Assert.Equal(
        """
        spec.targetRef.kind: Unsupported value: "Deployment": supported values: "StatefulSet"
        spec.targetRef.name: Required value: the name of a StatefulSet in the same namespace
        spec.member.preset: Required value: name a preset, or say in observe.calls how a member is asked what it is
        spec.member.observe.maximumAge: Invalid value: "1s": must be longer than the period, 2s: every answer would be too old before the next
        spec.member.drain: Required value: exactly one of httpGet, httpPost and exec must be given
        spec.rollout.soak: Invalid value: "soon": must be a span of time such as 30s, 1h30m or 500ms
        spec.rollout.gates[0]: Required value: at least one of atMost and atLeast must be given
        spec.rollout.gates[1].name: Duplicate value: "p99"
        spec.rollout.gates[1]: Required value: exactly one of prometheus, httpGet and member must be given
        spec.rollout.gates[1]: Forbidden: atMost is less than atLeast, so that nothing could pass
        spec.scaling.snapshotClass: Forbidden: a class of snapshots has a use only where claims is Snapshot
        spec.routing.followerService: Duplicate value: "web"
        """,
        Problems("""
            {"targetRef": {"kind": "Deployment"}, "member": {"observe": {"period": "2s", "maximumAge": "1s"}, "drain": {}},
             "rollout": {"soak": "soon", "gates": [{"name": "p99", "prometheus": {"url": "http://p", "query": "q"}}, {"name": "p99", "atMost": 1, "atLeast": 2}]},
             "scaling": {"snapshotClass": "fast"}, "routing": {"leaderService": "web", "followerService": "web"}}
            """));

    [Theory]
    [InlineData("""{"httpGet": {"path": "status"}}""", "drain.httpGet.path")]
    [InlineData("""{"httpGet": {"path": "/a"}, "exec": {"command": ["a"]}}""", "drain: Forbidden")]
    [InlineData("""{"httpGet": {"path": "/a", "body": "b"}}""", "drain.httpGet.body")]
    [InlineData("""{"exec": {"command": []}}""", "drain.exec.command")]
    [InlineData("""{"exec": {"command": ["a"]}, "expectStatus": [200]}""", "drain.expectStatus")]
    [InlineData("""{"httpGet": {"path": "/a"}, "expectStatus": [20]}""", "drain.expectStatus")]
    [InlineData("""{"httpGet": {"path": "/a", "port": 70000}}""", "drain.httpGet.port")]
    [InlineData("""{"httpGet": {"path": "/a"}, "timeout": "1"}""", "drain.timeout")]
    [InlineData("""{"httpGet": {"path": "/a"}, "to": "Somebody"}""", "drain.to")]
    public void An_impossible_call_is_refused(string action, string where) =>
        Assert.StartsWith("spec.member." + where, Problems($$$"""{"member": {"preset": "etcd", "drain": {{{action}}}}, "targetRef": {"name": "web"}}"""));

    [Fact]
    public void Backups_and_removals_that_cannot_be_are_refused() => Assert.Equal(
        """
        spec.rollout.preflight.backupWithin: Invalid value: "lately": must be a span of time such as 30s, 1h30m or 500ms
        spec.backup.lastAt: Forbidden: only one of prometheus and httpGet may be given
        spec.backup.lastAt.httpGet.url: Invalid value: "ftp://x": must be an address that begins with http:// or https://
        spec.scaling.backupWithin: Invalid value: "a day": must be a span of time such as 30s, 1h30m or 500ms
        spec.scaling.removeFirst[1]: Invalid value: "other-1": must be the name of a pod of StatefulSet web, such as web-0
        """,
        Problems("""
            {"targetRef": {"name": "web"}, "member": {"preset": "etcd"}, "rollout": {"preflight": {"backupWithin": "lately"}},
             "backup": {"lastAt": {"prometheus": {"url": "http://p", "query": "q"}, "httpGet": {"url": "ftp://x", "value": "1"}}},
             "scaling": {"backupWithin": "a day", "removeFirst": ["web-3", "other-1"]}}
            """));

    [Fact]
    public void A_Steward_stays_with_its_set()
    {
        var old = Read("""{"member": {"preset": "etcd"}, "targetRef": {"name": "web"}}""");
        var updated = Read("""{"member": {"preset": "etcd"}, "targetRef": {"name": "other"}}""");
        Assert.Contains(new StewardRules().ValidateUpdate(updated, old), error => error.Field == "spec.targetRef.name");
    }

    private static string Problems(string spec) => string.Join('\n', new StewardRules().Validate(new StewardRules().Default(Read(spec))));

    private static Steward Read(string spec) => ModelJson.Read<Steward>($$"""
        {"metadata": {"name": "web", "namespace": "default", "resourceVersion": "1"}, "spec": {{spec}} }
        """);
}

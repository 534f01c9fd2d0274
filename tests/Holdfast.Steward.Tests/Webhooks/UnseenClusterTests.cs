using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Platform;
using Holdfast.Steward.Actions;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Running;
using Holdfast.Steward.Tests.Worlds;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Steward.Tests.Webhooks;

/// <summary>A Steward that has just started, and whose caches are still empty, is asked already: what it has not seen it does not let go.</summary>
public sealed class UnseenClusterTests
{
    private readonly IAdmissionAnswerer _answerer = new StewardControllers(
        new ControllerContext(World, new SharedCaches(World), new ControllerOptions()), new MemberCaller(new Nobody()), new Nobody()).Answerer;

    private static ClientEnvironment World { get; } = new(new OneStewardedPod(), new NoLoops(), TimeProvider.System, new SeededChance(1), new NoLog());

    [Fact]
    public async Task A_member_is_not_let_go()
    {
        var answer = await _answerer.AnswerAsync(Question("DELETE", "pods", "web-0"), TestContext.Current.CancellationToken);
        Assert.Equal((false, 429), (answer.IsAllowed, answer.Code));
    }

    [Theory]
    [InlineData("web-1", false)]
    [InlineData("web-2", true)]
    public async Task A_member_that_its_set_has_left_is_not_let_go_and_a_strangers_pod_of_such_a_name_is(string name, bool isLetGo) =>
        Assert.Equal(isLetGo, (await _answerer.AnswerAsync(Question("DELETE", "pods", name), TestContext.Current.CancellationToken)).IsAllowed);

    [Fact]
    public async Task A_pod_of_nobody_is_let_go() =>
        Assert.True((await _answerer.AnswerAsync(Question("DELETE", "pods", "other"), TestContext.Current.CancellationToken)).IsAllowed);

    [Fact]
    public async Task A_set_keeps_its_replicas_until_its_Steward_sees_to_them()
    {
        var question = Question("UPDATE", "statefulsets", "web") with { Object = Replicas(1), OldObject = Replicas(3) };
        var answer = await _answerer.AnswerAsync(question, TestContext.Current.CancellationToken);
        Assert.Contains(answer.Changes, change => change.Key == "/spec/replicas" && (int)change.Value == 3);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("other", false)]
    public async Task A_new_set_is_parked_where_members_of_it_are_left(string name, bool isParked)
    {
        var set = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 3, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } } } };
        var answer = await _answerer.AnswerAsync(Question("CREATE", "statefulsets", name) with { Object = set }, TestContext.Current.CancellationToken);
        Assert.Equal((true, isParked), (answer.IsAllowed, answer.Changes.Any(change => change.Key == "/spec/updateStrategy")));
    }

    [Fact]
    public async Task A_new_set_without_pods_begins_as_it_is_written()
    {
        var set = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 3, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "fresh" } } } };
        Assert.Empty((await _answerer.AnswerAsync(Question("CREATE", "statefulsets", "web") with { Object = set }, TestContext.Current.CancellationToken)).Changes);
    }

    [Fact]
    public void The_creation_of_a_stewarded_set_is_asked_about()
    {
        var hook = Assert.Single(WebhookConfigurations.Mutating([Scenes.Steward()], new WebhookReach(WebhookConfigurations.ByUrl("127.0.0.1", 1, ""), "keeper")).Webhooks);
        Assert.Contains(hook.Rules, rule => rule.Operations.Contains("CREATE") && rule.Resources.Contains("statefulsets"));
    }

    private static AdmissionQuestion Question(string operation, string resource, string name) =>
        new("uid", operation, resource, "", "default", name, "somebody", ImmutableArray<string>.Empty, IsDryRun: false);

    private static JsonObject Replicas(int replicas) => new() { ["spec"] = new JsonObject { ["replicas"] = replicas, ["updateStrategy"] = new JsonObject { ["type"] = "OnDelete" } } };

    private sealed class OneStewardedPod : IApiTransport
    {
        private static readonly Pod Member = ModelJson.Read<Pod>("""
            {"metadata": {"name": "web-0", "namespace": "default", "uid": "pod-1",
              "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "set-1", "controller": true}]},
             "spec": {"containers": [{"name": "main", "image": "web:1"}]}}
            """);

        private static readonly Pod Left = ModelJson.Read<Pod>("""
            {"metadata": {"name": "web-1", "namespace": "default", "uid": "pod-2", "labels": {"statefulset.kubernetes.io/pod-name": "web-1"}},
             "spec": {"containers": [{"name": "main", "image": "web:1"}]}}
            """);

        public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => call switch
        {
            { Verb: ApiVerb.Get, Type.Plural: "pods", Name: "web-0" } => Task.FromResult(new ApiAnswer(Member, null)),
            { Verb: ApiVerb.Get, Type.Plural: "pods", Name: "web-1" } => Task.FromResult(new ApiAnswer(Left, null)),
            { Verb: ApiVerb.Get, Type.Plural: "pods", Name: "web-2" } => Task.FromResult(new ApiAnswer(Left with { Metadata = Left.Metadata with { Name = "web-2" } }, null)),
            { Verb: ApiVerb.Patch, Type.Plural: "stewards" } => Task.FromResult(new ApiAnswer(Scenes.Steward(), null)),
            _ => throw new ApiException(Status.Empty with { Code = 404, Reason = "NotFound", Message = $"{call.Type.Plural} \"{call.Name}\" not found" }),
        };

        public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            Task.FromResult(new ResourceList<T>(ListMeta.Empty,
                typeof(T) == typeof(StewardResource) ? [(T)(object)Scenes.Steward()] : typeof(T) == typeof(Pod) && query.LabelSelector == "app=web" ? [(T)(object)Member] : []));

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            throw new NotSupportedException("nobody watches here");
    }

    private sealed class Nobody : IMemberDoor, IOutside
    {
        public Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken) => None();

        public Task<ActionOutcome> GetAsync(string address, TimeSpan timeout, CancellationToken cancellationToken) => None();

        public Task<ActionOutcome> LastLinesAsync(string namespaceName, string pod, bool isPrevious, CancellationToken cancellationToken) => None();

        private static Task<ActionOutcome> None() => Task.FromResult(ActionOutcome.Failed(ActionFailureKind.Unreachable, "there is nobody"));
    }

    private sealed class NoLoops : ITaskRunner
    {
        public Task Start(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoLog : ILogSink
    {
        public void Write(LogEntry entry)
        {
        }
    }
}

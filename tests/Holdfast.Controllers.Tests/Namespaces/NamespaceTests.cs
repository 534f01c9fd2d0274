using System.Collections.Immutable;
using Holdfast.Client;
using Holdfast.Controllers.Namespaces;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.Core;
using Holdfast.Testing.Api;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.Namespaces;

public sealed class NamespaceTests
{
    private static readonly Namespace Ending = new()
    {
        Metadata = Named("shop", "") with { DeletionTimestamp = DateTimeOffset.UnixEpoch, Uid = "space" },
        Spec = new NamespaceSpec { Finalizers = ["kubernetes"] },
        Status = new NamespaceStatus { Phase = "Active" },
    };

    [Fact]
    public void The_status_says_what_holds_the_namespace()
    {
        var plan = NamespacePlanner.Plan(new(Ending, [Left("pods", 2), Left("configmaps", 1, "example.com/hold"), Left("secrets", 0)], true), DateTimeOffset.UnixEpoch);

        Assert.False(plan.MayGo);
        Assert.Equal("Terminating", plan.Status!.Phase);
        Assert.Equal("Some resources are remaining: configmaps. has 1 resource instances, pods. has 2 resource instances", Message(plan, "NamespaceContentRemaining"));
        Assert.Equal("Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances", Message(plan, "NamespaceFinalizersRemaining"));
        Assert.Equal("All content successfully deleted, may be waiting on finalization", Message(plan, "NamespaceDeletionContentFailure"));
    }

    [Fact]
    public void A_status_that_is_right_is_not_written_and_only_an_empty_namespace_may_go()
    {
        var first = NamespacePlanner.Plan(new(Ending, [Left("secrets", 0)], true), DateTimeOffset.UnixEpoch);
        Assert.True(first.MayGo);
        var second = NamespacePlanner.Plan(new(Ending with { Status = first.Status! }, [Left("secrets", 0)], true), DateTimeOffset.UnixEpoch.AddHours(1));
        Assert.Null(second.Status);

        Assert.False(NamespacePlanner.Plan(new(Ending, [Left("pods", 0)], false), DateTimeOffset.UnixEpoch).MayGo);
        Assert.False(NamespacePlanner.Plan(new(Ending, [Left("pods", 0) with { Error = "no answer" }], true), DateTimeOffset.UnixEpoch).MayGo);
    }

    [Fact]
    public Task A_namespace_goes_when_the_last_of_its_content_is_gone() => In(async world =>
    {
        world.Api.Put(new ConfigMap { Metadata = Named("held") with { Finalizers = ["example.com/hold"] } });
        world.Api.Put(new Secret { Metadata = Named("plain") });
        world.Api.Put(new Secret { Metadata = Named("other", "elsewhere") });
        world.Api.Put(Ending);
        await world.UntilAsync("the rest is gone", () => world.Api.Find<Secret>("shop", "plain") is null);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("example.com/hold", world.Api.Find<Namespace>("", "shop")!.Status.Conditions.Single(each => each.Type == "NamespaceFinalizersRemaining").Message, StringComparison.Ordinal);
        world.Api.Remove<ConfigMap>("shop", "held");
        await world.UntilAsync("it is gone", () => world.Api.Find<Namespace>("", "shop") is null);
        Assert.NotNull(world.Api.Find<Secret>("elsewhere", "other"));
    });

    [Fact]
    public Task Pods_go_before_the_rest() => In(async world =>
    {
        var pod = ReadyPod("web-0", "10.0.0.1");
        world.Api.Put(pod with { Spec = pod.Spec with { NodeName = "n1", TerminationGracePeriodSeconds = 30 } });
        world.Api.Put(new Secret { Metadata = Named("needed") });
        world.Api.Put(Ending);
        await world.UntilAsync("the pod is going", () => world.Api.Find<Pod>("shop", "web-0")!.Metadata.DeletionTimestamp is not null);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.NotNull(world.Api.Find<Secret>("shop", "needed"));
        world.Api.Remove<Pod>("shop", "web-0");
        await world.UntilAsync("it is gone", () => world.Api.Find<Namespace>("", "shop") is null);
        Assert.DoesNotContain(world.Api.Calls, call => call.Verb == ApiVerb.Delete && call.DeleteOptions?.GracePeriodSeconds == 0);
    });

    private static Task In(Func<SimulatedWorld, Task> body) =>
        Run((host, context) => NamespaceReconciler.AddTo(host, context, ServedKinds.OfModel), body);

    private static NamespaceContent Left(string plural, int count, params string[] finalizers) =>
        new(plural, "", plural, count, finalizers.ToImmutableSortedDictionary(each => each, _ => 1, StringComparer.Ordinal), null);

    private static string Message(NamespacePlan plan, string type) => plan.Status!.Conditions.Single(condition => condition.Type == type).Message;
}

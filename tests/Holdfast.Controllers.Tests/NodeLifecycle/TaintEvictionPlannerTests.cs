using Holdfast.Controllers.NodeLifecycle;
using Holdfast.Model.Core;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.NodeLifecycle;

public sealed class TaintEvictionPlannerTests
{
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData("", "a", "now")]
    [InlineData("a=300", "a", "300")]
    [InlineData("a=0", "a", "0")]
    [InlineData("a", "a", "never")]
    [InlineData("a=300 b=60", "a b", "60")]
    [InlineData("a=300", "a b", "now")]
    [InlineData("a b=60", "a b", "60")]
    [InlineData("", "", "never")]
    public void A_pod_leaves_when_its_first_toleration_ends(string tolerations, string taints, string expected)
    {
        var pod = ReadyPod("web-0", "10.0.0.1");
        pod = pod with { Spec = pod.Spec with { Tolerations = [.. Words(tolerations).Select(Toleration)] } };
        var eviction = TaintEvictionPlanner.Plan(pod, [.. Words(taints).Select(key => new StandingTaint(new Taint { Key = key, Effect = "NoExecute" }, Since))]);

        Assert.Equal(expected, eviction.At is not { } at ? "never" : at < Since ? "now" : $"{(at - Since).TotalSeconds:0}");
    }

    [Fact]
    public void A_pod_that_is_going_already_is_left_alone()
    {
        var pod = ReadyPod("web-0", "10.0.0.1");
        pod = pod.WithMetadata(pod.Metadata with { DeletionTimestamp = Since });
        Assert.Null(TaintEvictionPlanner.Plan(pod, [new StandingTaint(new Taint { Key = "a", Effect = "NoExecute" }, Since)]).At);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Toleration Toleration(string text) => text.Split('=') is [var key, var seconds]
        ? new Toleration { Key = key, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) }
        : new Toleration { Key = text, Operator = "Exists" };
}

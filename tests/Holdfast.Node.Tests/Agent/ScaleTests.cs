using System.Diagnostics;
using Holdfast.Node.Planning;

namespace Holdfast.Node.Tests.Agent;

/// <summary>What many pods cost.</summary>
public sealed class ScaleTests
{
    [Fact]
    public void Planning_the_five_hundred_pods_of_a_test_of_scale_is_cheap()
    {
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < 500; index++)
        {
            var observation = new PodObservation(Pods.Named($"web-{index}"), PodState.Empty, PodPolicy.Default, "127.0.0.1", DateTimeOffset.UnixEpoch);
            for (var pass = 0; pass < 10; pass++)
                Assert.NotNull(PodPlanner.Plan(observation).Status);
        }
        // Far above what it takes, and far below what a slip from linear to quadratic would.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        TestContext.Current.TestOutputHelper?.WriteLine($"5000 plans took {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }
}

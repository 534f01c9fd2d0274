using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Tests;

/// <summary>Many pods come and go at once on a runtime that runs nothing.</summary>
public sealed class FakeRuntimeThreadsTests
{
    [Fact]
    public async Task Pods_made_and_removed_from_several_threads_do_not_disturb_each_other()
    {
        var runtime = new FakeContainerRuntime(TimeProvider.System);
        var runner = new ThreadPoolTaskRunner(_ => { });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => runner.Start($"worker {worker}", cancellation => ComeAndGoAsync(runtime, worker, cancellation), TestContext.Current.CancellationToken)));
        Assert.Empty(await runtime.ListAsync(TestContext.Current.CancellationToken));
    }

    private static async Task ComeAndGoAsync(FakeContainerRuntime runtime, int worker, CancellationToken cancellationToken)
    {
        for (var pod = 0; pod < 2000; pod++)
        {
            var uid = $"{worker}-{pod}";
            var spec = new PodSandboxSpec { Namespace = "default", Name = uid, Uid = uid, Hostname = uid, LogDirectory = "logs" };
            await runtime.EnsureSandboxAsync(spec, cancellationToken);
            await runtime.RemoveSandboxAsync(uid, cancellationToken);
        }
    }
}

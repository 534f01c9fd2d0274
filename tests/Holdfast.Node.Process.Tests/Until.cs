using System.Diagnostics;

namespace Holdfast.Node.Process.Tests;

/// <summary>Waits for what a test expects, with a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task True(Func<bool> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Limit, $"after {Limit.TotalSeconds} s it was still not so that {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}

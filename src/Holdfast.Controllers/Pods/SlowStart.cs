namespace Holdfast.Controllers.Pods;

/// <summary>
/// Does the same thing many times, first once, then twice as often each time: what is refused once is refused once and not for every
/// replica (Kubernetes' slow start).
/// </summary>
internal static class SlowStart
{
    /// <summary>Ends after the first batch in which something fails, with that failure.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="step">One of them; given its number from 0.</param>
    internal static async Task RunAsync(int count, Func<int, Task> step)
    {
        var size = 1;
        for (var done = 0; done < count; size *= 2)
        {
            var batch = Enumerable.Range(done, Math.Min(size, count - done)).ToList();
            await Task.WhenAll(batch.Select(step));
            done += batch.Count;
        }
    }
}

namespace Holdfast.Platform;

/// <summary>Background work that has a result.</summary>
public static class TaskRunnerExtensions
{
    /// <summary>Begins a piece of work beside the caller's own, who awaits it where the result is needed.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="runner">Runs it.</param>
    /// <param name="name">What the work is, for fault reports: "keys".</param>
    /// <param name="work">The work; what it throws is its awaiter's to handle, and no fault.</param>
    public static Task<T> Begin<T>(this ITaskRunner runner, string name, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(work);
        var result = Completions.Source<T>();
        async Task RunAsync(CancellationToken never)
        {
            try
            {
                result.SetResult(await work());
            }
            catch (Exception error)
            {
                result.SetException(error);
            }
        }
        _ = runner.Start(name, RunAsync, CancellationToken.None);
        return result.Task;
    }
}

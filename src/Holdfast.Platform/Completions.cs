using Holdfast.Platform.Simulation;

namespace Holdfast.Platform;

/// <summary>
/// Makes completion sources. In production their continuations never run inside the call that completes them. Under
/// simulation they are made without <see cref="TaskCreationOptions.RunContinuationsAsynchronously"/>, as that would
/// take <c>WhenAny</c>, <c>WhenAll</c> and <c>WaitAsync</c> over the thread pool; the scheduler itself sees to it
/// that an awaiting method goes on in a step of its own.
/// </summary>
public static class Completions
{
    private static TaskCreationOptions Options => SynchronizationContext.Current is SimulatedContext
        ? TaskCreationOptions.None
        : TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Makes a source whose task has no result.</summary>
    public static TaskCompletionSource Source() => new(Options);

    /// <summary>Makes a source whose task has a result.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    public static TaskCompletionSource<T> Source<T>() => new(Options);
}

using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.Node.Tests.RealProcesses;

/// <summary>Runs a test over real time and real processes with all of its own code on one thread, as the fake API wants it.</summary>
internal sealed class OneThread : SynchronizationContext, ITaskRunner
{
    private readonly Channel<(SendOrPostCallback Callback, object? State)> _queue = Channel.CreateUnbounded<(SendOrPostCallback, object?)>();

    public List<string> Faults { get; } = [];

    public override void Post(SendOrPostCallback d, object? state) => _queue.Writer.TryWrite((d, state));

    public override SynchronizationContext CreateCopy() => this;

    public async Task RunAsync(Func<Task> body, CancellationToken cancellationToken)
    {
        var work = Start("test", _ => body(), cancellationToken);
        while (!work.IsCompleted || _queue.Reader.TryPeek(out _))
        {
            var (callback, state) = await _queue.Reader.ReadAsync(cancellationToken);
            var before = Current;
            SetSynchronizationContext(this);
            callback(state);
            SetSynchronizationContext(before);
        }
        await work;
    }

    public Task Start(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource();
        Post(_ => _ = RunIntoAsync(name, work, ended, cancellationToken), null);
        return ended.Task;
    }

    private async Task RunIntoAsync(string name, Func<CancellationToken, Task> work, TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
            ended.SetResult();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ended.SetResult();
        }
        catch (Exception error)
        {
            Faults.Add($"{name}: {error}");
            ended.SetException(error);
        }
        // Wakes the pump, so that it sees the end of the last piece of work.
        Post(static _ => { }, null);
    }
}

namespace Holdfast.Platform.Simulation;

/// <summary>
/// Runs everything on the calling thread, one work item at a time. Of the items that are ready, the seed chooses the
/// next one; time moves only when nothing is ready, straight to the next timer. The same seed therefore gives the
/// same run, and <see cref="TraceHash"/> proves it.
/// </summary>
/// <remarks>
/// Code under simulation awaits with its context. A few parts of the base library do not, and hop over the thread
/// pool: <c>ChannelReader.ReadAllAsync</c> (loop over <c>WaitToReadAsync</c> and <c>TryRead</c> instead), a channel's
/// <c>ValueTask.AsTask</c>, <c>SemaphoreSlim.WaitAsync</c> with a token or a time limit (without either it is fine),
/// <c>CancellationTokenSource.CancelAsync</c> (use <c>Cancel</c>), a <c>Task.Delay</c> that is cancelled while
/// <c>WhenAny</c> waits for it (give the delay a source of its own, cancelled afterwards), and <c>WhenAny</c>, <c>WhenAll</c> or
/// <c>WaitAsync</c> over a completion source that runs its continuations asynchronously (make sources with
/// <see cref="Completions"/>). A post that comes from another thread ends the run with a
/// <see cref="SimulationException"/>.
/// </remarks>
public sealed class SingleThreadScheduler
{
    private readonly IChance _chance;
    private readonly List<WorkItem> _ready = [];
    private long _nextSequence;
    private int _runningThread;
    private volatile string? _foreignPost;

    /// <summary>Makes an empty schedule.</summary>
    /// <param name="chance">Chooses which ready item runs next.</param>
    /// <param name="start">The simulated time at the beginning.</param>
    public SingleThreadScheduler(IChance chance, DateTimeOffset start)
    {
        _chance = chance;
        Main = new SimulatedProcess(this, "main");
        Time = new SimulatedTime(this, start);
    }

    /// <summary>The process of whatever was not started under another one.</summary>
    public SimulatedProcess Main { get; }

    /// <summary>The simulated clock.</summary>
    public SimulatedTime Time { get; }

    /// <summary>How many items have run.</summary>
    public long Steps { get; private set; }

    /// <summary>A digest of which items ran, in which order and when; equal for equal runs.</summary>
    public ulong TraceHash { get; private set; } = 0xcbf29ce484222325;

    /// <summary>Creates a process that can be killed on its own.</summary>
    /// <param name="name">Its name, for messages.</param>
    public SimulatedProcess CreateProcess(string name) => new(this, name);

    /// <summary>Runs items until the condition holds, nothing is left, or a limit is reached.</summary>
    /// <param name="condition">Asked before each item.</param>
    /// <param name="limits">How far to go.</param>
    /// <exception cref="SimulationException">Work came in from another thread.</exception>
    public RunOutcome RunUntil(Func<bool> condition, RunLimits limits)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(limits);
        var before = SynchronizationContext.Current;
        _runningThread = Environment.CurrentManagedThreadId;
        try
        {
            return Loop(condition, Steps + limits.MaxSteps, Time.GetTimestamp() + limits.MaxTime.Ticks);
        }
        finally
        {
            _runningThread = 0;
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Starts work under <see cref="Main"/> and runs until it has ended.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="limits">How far to go; <see cref="RunLimits.Default"/> when left out.</param>
    /// <returns>The ended task, for the caller to await its result or its exception.</returns>
    /// <exception cref="SimulationException">The work did not end, or left the one thread.</exception>
    public Task<T> Run<T>(Func<Task<T>> work, RunLimits? limits = null)
    {
        Task<T>? task = null;
        Main.Post(_ => task = work(), null);
        var outcome = RunUntil(() => task is { IsCompleted: true }, limits ?? RunLimits.Default);
        return outcome == RunOutcome.ConditionMet && task is not null
            ? task
            : throw new SimulationException(
                $"the work had not ended when the run stopped ({outcome}) after {Steps} steps at {Time.GetUtcNow():O}");
    }

    /// <inheritdoc cref="Run{T}(Func{Task{T}}, RunLimits?)"/>
    public Task Run(Func<Task> work, RunLimits? limits = null) =>
        Run(async () =>
        {
            await work();
            return true;
        }, limits);

    internal void Enqueue(SimulatedProcess process, SendOrPostCallback callback, object? state)
    {
        var running = _runningThread;
        if (running != 0 && running != Environment.CurrentManagedThreadId)
        {
            _foreignPost ??= $"process {process.Name}: {callback.Method.DeclaringType}.{callback.Method.Name} was posted "
                + "from another thread; something left the simulated thread (see the remarks of SingleThreadScheduler)";
            return;
        }
        if (!process.IsKilled)
            _ready.Add(new WorkItem(_nextSequence++, process, callback, state));
    }

    private RunOutcome Loop(Func<bool> condition, long lastStep, long lastTicks)
    {
        while (!condition())
        {
            if (_foreignPost is { } foreign)
                throw new SimulationException(foreign);
            if (Steps >= lastStep)
                return RunOutcome.StepLimit;
            if (TryTake(out var item))
                Step(item);
            else if (Time.NextDueTicks is not { } due)
                return RunOutcome.Idle;
            else if (due > lastTicks)
                return RunOutcome.TimeLimit;
            else
                Time.AdvanceTo(due);
        }
        return RunOutcome.ConditionMet;
    }

    private bool TryTake(out WorkItem item)
    {
        while (_ready.Count > 0)
        {
            var index = _ready.Count == 1 ? 0 : _chance.Next(_ready.Count);
            item = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (!item.Process.IsKilled)
                return true;
        }
        item = default;
        return false;
    }

    private void Step(WorkItem item)
    {
        Steps++;
        Mix((ulong)item.Sequence);
        Mix((ulong)Time.GetTimestamp());
        SynchronizationContext.SetSynchronizationContext(new SimulatedContext(item.Process));
        item.Callback(item.State);
    }

    // FNV-1a over whole words: enough to tell runs apart, and the same everywhere.
    private void Mix(ulong value) => TraceHash = (TraceHash ^ value) * 0x100000001b3;

    private readonly record struct WorkItem(
        long Sequence, SimulatedProcess Process, SendOrPostCallback Callback, object? State);
}

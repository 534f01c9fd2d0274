using Holdfast.Client;
using Holdfast.Node.Planning;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Pods;

/// <summary>
/// Works for one pod, by its uid: observes, plans, carries out, writes what came of it, one run at a time. It holds no thread
/// and no timer while there is nothing to do.
/// </summary>
internal sealed partial class PodWorker : IDisposable
{
    private const int MaxPasses = 200;
    private static readonly TimeSpan StatusPatience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly AgentParts _parts;
    private readonly Func<PodWorker, bool> _isNameTaken;
    private readonly Action<PodWorker> _onReleased;
    private readonly CancellationToken _stop;
    private readonly PodOperations _operations;
    private readonly PodProbes _probes;
    private readonly TaskCompletionSource _over = Completions.Source();
    private Core.Pod _pod;
    private PodState _state;
    private bool _isGone, _isMissing, _isDeleted, _isAgentStopping, _isSignalled, _isRunning, _wasReleased;
    private int _failures;
    private ITimer? _timer;

    /// <summary>Makes the worker of a pod; nothing happens before its first signal.</summary>
    public PodWorker(
        AgentParts parts, Core.Pod pod, PodRuntimeStatus? adopted, Func<PodWorker, bool> isNameTaken, Action<PodWorker> onReleased, CancellationToken stop)
    {
        (_parts, _pod, _isNameTaken, _onReleased, _stop) = (parts, pod, isNameTaken, onReleased, stop);
        _state = PodState.Adopt(pod, adopted, parts.Options.Policy, parts.Time.GetUtcNow());
        _operations = new PodOperations(parts, this, stop);
        _probes = new PodProbes(parts, this, stop);
    }

    public string Uid => _pod.Metadata.Uid;

    public string FullName => $"{_pod.Metadata.Namespace}/{_pod.Metadata.Name}";

    /// <summary>The pod as last seen.</summary>
    public Core.Pod Pod => _pod;

    /// <summary>What is known besides.</summary>
    public PodState State => _state;

    /// <summary>Whether something of the pod may run or be made.</summary>
    public bool HoldsName => _state.Sandbox is not null || _state.HasRunning;

    /// <summary>Whether nothing of the pod is left, neither here nor in the API.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Ends when the pod has ended and nothing of it is left on the node.</summary>
    public Task Over => _over.Task;

    /// <summary>Begins: watches over what an earlier life left running.</summary>
    public void Begin()
    {
        foreach (var current in _state.Containers.Values.Where(history => history.IsRunning).Select(history => history.Current!))
        {
            _operations.Watch(current.Id);
            if (current.State == ContainerState.Starting)
                _operations.FollowStart(current.Id);
        }
        Signal();
    }

    /// <summary>The pod's object has changed.</summary>
    public void Observe(Core.Pod pod)
    {
        lock (_gate)
        {
            if (Revision.OrZero(pod.Metadata.ResourceVersion) >= Revision.OrZero(_pod.Metadata.ResourceVersion))
                _pod = pod;
        }
        Signal();
    }

    /// <summary>The pod's object is gone.</summary>
    public void ObserveGone(Core.Pod last)
    {
        lock (_gate)
        {
            _isGone = true;
            if (Revision.OrZero(last.Metadata.ResourceVersion) > Revision.OrZero(_pod.Metadata.ResourceVersion))
                _pod = last;
        }
        Signal();
    }

    /// <summary>The agent stops and takes its pods with it.</summary>
    public void EndWithAgent()
    {
        _isAgentStopping = true;
        Signal();
    }

    /// <summary>Changes what is known and plans again.</summary>
    public void Update(Func<PodState, PodState> change)
    {
        lock (_gate)
            _state = change(_state);
        Signal();
    }

    /// <summary>Has the worker run soon; signals while it runs are gathered into one more run.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _isSignalled = true;
            if (_isRunning || IsForgotten)
                return;
            _isRunning = true;
        }
        _ = _parts.Environment.Runner.Start($"pod {FullName}", RunAsync, _stop);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _probes.Dispose();
    }

    internal void Set(Func<PodState, PodState> change)
    {
        lock (_gate)
            _state = change(_state);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (TakeSignal())
            await SyncAsync(cancellationToken);
    }

    private bool TakeSignal()
    {
        lock (_gate)
        {
            _isRunning = _isSignalled && !IsForgotten;
            _isSignalled = false;
            return _isRunning;
        }
    }

    private PodObservation Observation()
    {
        var isNameTaken = _isNameTaken(this);
        lock (_gate)
        {
            return new PodObservation(_pod, _state, _parts.Options.Policy, _parts.Options.HostAddress, _parts.Time.GetUtcNow())
            {
                IsGone = _isGone || _isMissing || _isDeleted,
                IsAgentStopping = _isAgentStopping,
                IsNameTaken = isNameTaken,
            };
        }
    }

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        var started = _parts.Time.GetTimestamp();
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var observation = Observation();
            var plan = PodPlanner.Plan(observation);
            if (plan.IsEnding && observation.State.EndingSince is null)
                Set(state => state with { EndingSince = observation.Now });
            _probes.Ensure(ProbesWanted.Of(observation, plan.IsEnding), observation.State);
            var effects = plan.Effects.Where(effect => effect is not PodEffect.DeleteObject).ToArray();
            if (effects.Length == 0)
            {
                await ConcludeAsync(observation, plan, cancellationToken);
                return;
            }
            if (_parts.Time.GetElapsedTime(started) > StatusPatience)
            {
                await WriteStatusAsync(observation, plan.Status, cancellationToken);
                started = _parts.Time.GetTimestamp();
            }
            if (!await CarryOutAsync(effects, cancellationToken))
            {
                RetryLater();
                return;
            }
        }
        _parts.Log(LogSeverity.Error, $"pod {FullName} was planned {MaxPasses} times in a row without coming to rest; it is tried again");
        RetryLater();
    }

    private async Task<bool> CarryOutAsync(PodEffect[] effects, CancellationToken cancellationToken)
    {
        foreach (var effect in effects)
        {
            if (!await _operations.ExecuteAsync(_pod, _state, effect, cancellationToken))
                return false;
            // What became known meanwhile may change everything that was planned.
            if (effect is PodEffect.StartContainer && (_pod.Metadata.DeletionTimestamp is not null || _isGone || _isAgentStopping))
                break;
        }
        return true;
    }

    private async Task ConcludeAsync(PodObservation observation, PodPlan plan, CancellationToken cancellationToken)
    {
        if (!await WriteStatusAsync(observation, plan.Status, cancellationToken)
            || (plan.Effects.Any(effect => effect is PodEffect.DeleteObject) && !await DeleteObjectAsync(cancellationToken)))
        {
            RetryLater();
            return;
        }
        _failures = 0;
        if (plan.IsOver || _isDeleted)
            End();
        else if (plan.WakeAt is { } at)
            WakeAfter(at - observation.Now);
    }

    // Called after each run once the pod has ended: its object may go later than its processes.
    private void End()
    {
        _over.TrySetResult();
        lock (_gate)
            IsForgotten = _isGone;
        if (IsForgotten)
            ForgetFolder();
        if (IsForgotten || !_wasReleased)
            _onReleased(this);
        _wasReleased = true;
    }

    private void ForgetFolder()
    {
        try
        {
            _parts.Volumes.Forget(Uid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _parts.Log(LogSeverity.Warning, $"the folder of pod {FullName} could not be removed; the next start of the node tries again: {error.Message}", error);
        }
    }

    private void RetryLater() => WakeAfter(_parts.Options.Policy.RetryDelay(++_failures));

    // Timers count whole milliseconds; one more keeps them from firing just before the moment.
    private void WakeAfter(TimeSpan delay)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(delay.TotalMilliseconds), 1, int.MaxValue));
        _timer ??= _parts.Time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}

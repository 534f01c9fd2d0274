using Holdfast.Client;
using Holdfast.Client.Caching;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.Controllers.Runtime;

/// <summary>
/// Turns changes of caches into keys and keys into reconciles: never two runs of a key at once, never on caches that do not show the
/// key's own last writes, and never a failure that is only dropped.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class Controller<TKey> : IController where TKey : notnull
{
    // A run over fewer objects costs less than a timer's accuracy.
    private const int SmallestGathered = 1000;
    private const int ObjectsForMillisecond = 100;
    private const int LongestGathering = 1000;

    private readonly IReconciler<TKey> _reconciler;
    private readonly OwnWrites<TKey>? _writes;
    private readonly ClientEnvironment _environment;
    private readonly ControllerOptions _options;
    private readonly ControllerMetrics _metrics;
    private readonly List<IResourceCache> _sources = [];
    private readonly List<Func<IDisposable>> _subscribe = [];
    private Func<TKey, int> _sizeOf = _ => 0;

    /// <summary>Makes a controller without sources.</summary>
    /// <param name="name">Its name, for logs and metrics: "statefulset".</param>
    /// <param name="reconciler">What it runs.</param>
    /// <param name="context">The world.</param>
    /// <param name="writes">The reconciler's writes; null only when it writes nothing that it reads.</param>
    /// <param name="options">How it runs; the context's options when left out.</param>
    public Controller(
        string name, IReconciler<TKey> reconciler, ControllerContext context, OwnWrites<TKey>? writes, ControllerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(context);
        Name = name;
        _reconciler = reconciler;
        _writes = writes;
        _environment = context.Environment;
        _options = options ?? context.Options;
        _metrics = new ControllerMetrics(name, _environment.Metrics);
        Queue = new WorkQueue<TKey>(_environment.Time, _environment.Chance, _options.Backoff, _metrics);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<IResourceCache> Sources => _sources;

    /// <summary>Its queue, for keys that do not come from caches.</summary>
    public WorkQueue<TKey> Queue { get; }

    /// <summary>Adds keys for every object of a cache and for every change of one.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="cache">The cache.</param>
    /// <param name="keysOf">The keys that an object concerns; asked for the old and for the new one. Pure and quick.</param>
    public Controller<TKey> Watch<T>(ResourceCache<T> cache, Func<T, IEnumerable<TKey>> keysOf) where T : class, IResource<T> =>
        WatchChanges(cache, change =>
        {
            IEnumerable<TKey> old = change.Old is null ? [] : keysOf(change.Old);
            // Each key once: a key that is told twice is run twice.
            return change.New is null ? old : old.Union(keysOf(change.New));
        });

    /// <summary>Adds keys for the changes of a cache that concern it.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="cache">The cache.</param>
    /// <param name="keysOf">The keys that a change concerns; none when it does not matter. Pure and quick.</param>
    public Controller<TKey> WatchChanges<T>(ResourceCache<T> cache, Func<CacheChange<T>, IEnumerable<TKey>> keysOf) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(cache);
        _sources.Add(cache);
        _subscribe.Add(() => cache.Subscribe(change =>
        {
            foreach (var key in keysOf(change))
                Queue.AddAfter(key, Gathering(key));
        }));
        return this;
    }

    /// <summary>
    /// Lets changes gather before the run of a key that looks at a thousand objects or more, a millisecond for each hundred of them: else N changes
    /// would have it look at N objects N times.
    /// </summary>
    /// <param name="sizeOf">How many objects a key's run looks at; quick.</param>
    public Controller<TKey> Gather(Func<TKey, int> sizeOf)
    {
        _sizeOf = sizeOf;
        return this;
    }

    /// <summary>Has something held from when all sources have their first listing until the controller ends.</summary>
    /// <param name="begin">Begins it and gives what ends it.</param>
    public Controller<TKey> Holding(Func<IDisposable> begin)
    {
        _subscribe.Add(begin);
        return this;
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.WhenAll(_sources.Select(cache => cache.WaitForSyncAsync(stop)));
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _environment.Time);
        using var onStop = stop.UnsafeRegister(_ => abort.CancelAfter(_options.DrainLimit), null);
        var subscriptions = _subscribe.Select(subscribe => subscribe()).ToList();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, _options.Workers).Select(worker =>
                _environment.Runner.Start($"controller {Name} worker {worker}", _ => WorkAsync(stop, abort.Token), CancellationToken.None)));
        }
        finally
        {
            subscriptions.ForEach(subscription => subscription.Dispose());
            Queue.Dispose();
        }
    }

    private TimeSpan Gathering(TKey key) => _sizeOf(key) is >= SmallestGathered and var size
        ? TimeSpan.FromMilliseconds(Math.Min(size / ObjectsForMillisecond, LongestGathering))
        : TimeSpan.Zero;

    private async Task WorkAsync(CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            TKey key;
            try
            {
                key = await Queue.TakeAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            var startedAt = _environment.Time.GetTimestamp();
            _metrics.Began();
            var result = await RunOnceAsync(key, abort);
            _metrics.Ended(result, _environment.Time.GetElapsedTime(startedAt));
            var again = Queue.Finish(key, result);
            if (result is ReconcileResult.Failure failure)
                Report(key, failure, again);
        }
    }

    private async Task<ReconcileResult> RunOnceAsync(TKey key, CancellationToken abort)
    {
        using var limit = new CancellationTokenSource(_options.RunLimit, _environment.Time);
        using var onAbort = abort.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            if (_writes is not null)
            {
                var startedAt = _environment.Time.GetTimestamp();
                await _writes.WaitUntilSeenAsync(key, limit.Token);
                _metrics.WaitedForCaches(_environment.Time.GetElapsedTime(startedAt));
            }
            return await _reconciler.ReconcileAsync(key, limit.Token);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return ReconcileResult.Failed("Stopped", $"it had not ended {_options.DrainLimit.TotalSeconds:0} s after the stop and was cancelled");
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested)
        {
            return ReconcileResult.Failed("DeadlineExceeded", $"it had not ended after {_options.RunLimit.TotalSeconds:0} s and was cancelled", error);
        }
        catch (ApiException error)
        {
            return ReconcileResult.Failed(error.Reason.Length > 0 ? error.Reason : "NoAnswer", error.Message, error);
        }
        catch (Exception error) when (error is not InvariantBrokenException)
        {
            return ReconcileResult.Failed("Unexpected", $"{error.GetType().Name}: {error.Message}", error);
        }
    }

    private void Report(TKey key, ReconcileResult.Failure failure, TimeSpan? again)
    {
        // Conflicts are the ordinary course of things where several write: the next run sees the newer object.
        var severity = failure.Reason == "Conflict" ? LogSeverity.Debug : LogSeverity.Warning;
        var next = again is { } delay ? $"; it is tried again in {delay.TotalSeconds:0.###} s" : "";
        _environment.Log.Write(new LogEntry(severity, $"controller {Name}", $"{key}: {failure.Error} ({failure.Reason}){next}", failure.Exception));
    }
}

using Holdfast.Client.Caching;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.Client.Reflectors;

/// <summary>
/// Keeps a cache equal to what the server has: does what <see cref="ReflectorMachine{T}"/> decides and hands it what comes of it.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="cache">What it fills; it must be this cache's only writer.</param>
/// <param name="environment">The server and the world.</param>
/// <param name="options">How it asks.</param>
#pragma warning disable CA1001 // The source of interruptions has no timer and no link, so there is nothing to dispose.
public sealed class Reflector<T>(ResourceCache<T> cache, ClientEnvironment environment, ReflectorOptions options) where T : class, IResource<T>
#pragma warning restore CA1001
{
    private CancellationTokenSource _interruption = new();
    private int _isRelistAsked;

    /// <summary>Where it is, for people who look.</summary>
    public ReflectorState<T> State { get; private set; } = ReflectorMachine<T>.Start;

    /// <summary>Lists and watches until it is cancelled; failures are told to the log and tried again.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        cache.OnRelistRequested(AskRelist);
        using var link = cancellationToken.UnsafeRegister(_ => Interrupt(), null);
        await using var watch = new OpenWatch<T>(environment, options);
        ReflectorInput<T> input = new ReflectorInput<T>.Begin();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = ReflectorMachine<T>.Step(State, input);
            State = step.State;
            foreach (var effect in step.Effects.AsSpan()[..^1])
                Do(effect);
            input = await AnswerInterruptiblyAsync(step.Effects[^1], watch, cancellationToken);
        }
    }

    private void AskRelist()
    {
        if (Interlocked.Exchange(ref _isRelistAsked, 1) == 0)
            Interrupt();
    }

    private void Interrupt() => Volatile.Read(ref _interruption).Cancel();

    private void Do(ReflectorEffect<T> effect)
    {
        switch (effect)
        {
            case ReflectorEffect<T>.ApplyChange change:
                cache.Apply(change.Event);
                break;
            case ReflectorEffect<T>.AdvanceCache advance:
                cache.Advance(advance.ResourceVersion);
                break;
            case ReflectorEffect<T>.ReplaceCache replace:
                cache.Replace(replace.Items, replace.ResourceVersion);
                break;
            case ReflectorEffect<T>.Report report:
                environment.Log.Write(new LogEntry(report.IsOrdinary ? LogSeverity.Debug : LogSeverity.Warning, $"reflector {cache.Type.GroupResource}", report.Text));
                break;
            default:
                throw new InvalidOperationException($"{effect.GetType().Name} is to be answered, so it comes last");
        }
    }

    private async Task<ReflectorInput<T>> AnswerInterruptiblyAsync(ReflectorEffect<T> effect, OpenWatch<T> watch, CancellationToken cancellationToken)
    {
        // A relist is asked for seldom and an event is read often: the source lives until it was used.
        if (_interruption.IsCancellationRequested)
            Volatile.Write(ref _interruption, new CancellationTokenSource());
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _isRelistAsked, 0) == 1)
            return await RelistAsync(watch);
        try
        {
            return await AnswerAsync(effect, watch, _interruption.Token);
        }
        catch (OperationCanceledException) when (_interruption.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _isRelistAsked, 0);
            return await RelistAsync(watch);
        }
    }

    private static async Task<ReflectorInput<T>> RelistAsync(OpenWatch<T> watch)
    {
        await watch.CloseAsync();
        return new ReflectorInput<T>.RelistAsked();
    }

    private async Task<ReflectorInput<T>> AnswerAsync(ReflectorEffect<T> effect, OpenWatch<T> watch, CancellationToken cancellationToken)
    {
        try
        {
            switch (effect)
            {
                case ReflectorEffect<T>.ListPage list:
                    return new ReflectorInput<T>.PageListed(await ListAsync(list.Continue, cancellationToken));
                case ReflectorEffect<T>.OpenWatch open:
                    await watch.OpenAsync(cache.Query with { ResourceVersion = open.ResourceVersion });
                    return new ReflectorInput<T>.WatchOpened();
                case ReflectorEffect<T>.ReadEvent:
                    return await watch.ReadAsync(cancellationToken);
                case ReflectorEffect<T>.Pause pause:
                    await PauseAsync(pause, cancellationToken);
                    return new ReflectorInput<T>.PauseEnded();
                default:
                    throw new InvalidOperationException($"{effect.GetType().Name} has no answer, so it cannot come last");
            }
        }
        catch (ApiException error)
        {
            await watch.CloseAsync();
            return new ReflectorInput<T>.CallFailed(error);
        }
    }

    private Task PauseAsync(ReflectorEffect<T>.Pause pause, CancellationToken cancellationToken)
    {
        var delay = options.Backoff.Delay(pause.Failures, environment.Chance);
        return environment.Time.DelayAsync(delay < pause.AtLeast ? pause.AtLeast : delay, cancellationToken);
    }

    private async Task<ResourceList<T>> ListAsync(string continueAt, CancellationToken cancellationToken)
    {
        var query = cache.Query with { Limit = options.PageSize, Continue = continueAt };
        using var limit = new CancellationTokenSource(options.ListTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await environment.Transport.ListAsync<T>(query, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(Status.Empty with
            {
                Reason = "Timeout",
                Message = $"listing {cache.Type} did not end within {options.ListTimeout.TotalSeconds:0} s",
            });
        }
    }
}

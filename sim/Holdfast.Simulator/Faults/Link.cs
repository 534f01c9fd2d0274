using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Faults;

/// <summary>How much of a link is cut.</summary>
public enum Cut
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Requests do not arrive.</summary>
    Requests,

    /// <summary>Requests arrive and take effect; answers and events do not come back.</summary>
    Answers,
}

/// <summary>The network between one component and the API server. It can be late, lose, refuse, be cut and stand still for one kind's watches.</summary>
/// <param name="name">Whose it is.</param>
/// <param name="options">How late and how often lost.</param>
/// <param name="time">The simulated time.</param>
/// <param name="chance">Chooses.</param>
/// <param name="faults">Counts what was done.</param>
public sealed class Link(string name, SimulationOptions options, TimeProvider time, IChance chance, Tally faults)
{
    private readonly HashSet<string> _frozen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CancellationTokenSource> _watches = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = Completions.Source();
    private Cut _cut;
    private bool _isPaused;

    /// <summary>Whose it is.</summary>
    public string Name => name;

    /// <summary>Whether it is cut, in one direction or both.</summary>
    public bool IsCut => _cut != Cut.None;

    /// <summary>Whether faults are over.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Whether the server refuses much of what comes over it.</summary>
    public bool IsOverloaded { get; set; }

    /// <summary>Whether lists are answered from the past.</summary>
    public bool ListsThePast { get; set; }

    /// <summary>Cuts it.</summary>
    /// <param name="cut">How much.</param>
    public void Break(Cut cut) => _cut = cut;

    /// <summary>Heals it.</summary>
    public void Heal()
    {
        _cut = Cut.None;
        Wake();
    }

    /// <summary>Holds everything where it is, in both directions, as when who uses the link is stopped and does not know it.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Lets everything go on.</summary>
    public void Resume()
    {
        _isPaused = false;
        Wake();
    }

    /// <summary>Holds back the events of one kind.</summary>
    /// <param name="plural">The kind.</param>
    public void Freeze(string plural) => _frozen.Add(plural);

    /// <summary>Lets them come again.</summary>
    /// <param name="plural">The kind.</param>
    public void Thaw(string plural)
    {
        _frozen.Remove(plural);
        Wake();
    }

    /// <summary>Ends the open watch of a kind, as a server does that has forgotten what comes next.</summary>
    /// <param name="plural">The kind.</param>
    public void Drop(string plural)
    {
        if (_watches.Remove(plural, out var watch))
            watch.Cancel();
    }

    /// <summary>Ends all faults.</summary>
    public void Calm()
    {
        IsCalm = true;
        (IsOverloaded, ListsThePast, _isPaused) = (false, false, false);
        _frozen.Clear();
        Heal();
    }

    /// <summary>A request on its way.</summary>
    /// <param name="isWrite">Whether it changes something.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It does not arrive, or is refused at the door.</exception>
    public async Task RequestAsync(bool isWrite, CancellationToken cancellationToken)
    {
        await DelayAsync(options.CallDelay, cancellationToken);
        await ResumedAsync(cancellationToken);
        if (_cut == Cut.Requests)
            await NoAnswerAsync("the request was lost on a cut link", cancellationToken);
        if (IsCalm)
            return;
        if (Happens(options.LossProbability / 2))
        {
            faults.Add("request lost");
            await NoAnswerAsync("the request was lost", cancellationToken);
        }
        if (IsOverloaded && Happens(0.5))
        {
            faults.Add("request refused");
            throw Refusal();
        }
        if (isWrite && Happens(options.ConflictProbability))
        {
            faults.Add("conflict");
            throw new ApiException(Status.Empty with { Code = 409, Reason = "Conflict", Message = "the object has been modified; please apply your changes to the latest version" });
        }
    }

    /// <summary>An answer on its way.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiException">It does not arrive.</exception>
    public async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await DelayAsync(options.CallDelay, cancellationToken);
        await ResumedAsync(cancellationToken);
        if (_cut != Cut.None)
            await NoAnswerAsync("the answer was lost on a cut link", cancellationToken);
        if (!IsCalm && Happens(options.LossProbability / 2))
        {
            faults.Add("answer lost");
            await NoAnswerAsync("the answer was lost", cancellationToken);
        }
    }

    /// <summary>An event on its way.</summary>
    /// <param name="plural">The kind.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task EventAsync(string plural, CancellationToken cancellationToken)
    {
        if (options.WatchDelay > TimeSpan.Zero && chance.Next(4) == 0)
            await DelayAsync(options.WatchDelay, cancellationToken);
        while (_cut != Cut.None || _isPaused || _frozen.Contains(plural))
            await _changed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Draws whether the request that was just served arrives once more.</summary>
    public bool RepeatsNow()
    {
        var repeats = !IsCalm && Happens(options.RepeatProbability);
        if (repeats)
            faults.Add("request repeated");
        return repeats;
    }

    /// <summary>The token that <see cref="Drop"/> cancels.</summary>
    /// <param name="plural">The kind that is watched.</param>
    public CancellationToken Watched(string plural) => (_watches[plural] = new CancellationTokenSource()).Token;

    /// <summary>Draws whether something happens.</summary>
    /// <param name="probability">0 to 1.</param>
    public bool Happens(double probability) => probability > 0 && chance.NextDouble() < probability;

    private ApiException Refusal() => new(chance.Next(4) switch
    {
        0 => Status.Empty with { Code = 429, Reason = "TooManyRequests", Message = "the server has too many requests", Details = StatusDetails.Empty with { RetryAfterSeconds = 1 } },
        1 => Status.Empty with { Code = 500, Reason = "InternalError", Message = "an error on the server" },
        2 => Status.Empty with { Code = 504, Reason = "Timeout", Message = "the request did not end in time" },
        _ => Status.Empty with { Code = 503, Reason = "ServiceUnavailable", Message = "the server cannot take the request now" },
    });

    private async Task NoAnswerAsync(string what, CancellationToken cancellationToken)
    {
        await time.DelayAsync(TimeSpan.FromMilliseconds(200 + chance.Next(2_000)), cancellationToken);
        throw new ApiException(Status.Empty with { Message = what });
    }

    private async Task ResumedAsync(CancellationToken cancellationToken)
    {
        while (_isPaused)
            await _changed.Task.WaitAsync(cancellationToken);
    }

    private Task DelayAsync(TimeSpan longest, CancellationToken cancellationToken) => longest > TimeSpan.Zero && !IsCalm
        ? time.DelayAsync(longest * chance.NextDouble(), cancellationToken)
        : Task.CompletedTask;

    private void Wake()
    {
        var changed = _changed;
        _changed = Completions.Source();
        changed.TrySetResult();
    }
}

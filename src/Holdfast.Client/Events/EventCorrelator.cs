using System.Globalization;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;

namespace Holdfast.Client.Events;

/// <summary>What is to be done about a note.</summary>
public abstract record EventDecision
{
    private EventDecision()
    {
    }

    /// <summary>Make a new event.</summary>
    /// <param name="Event">The event.</param>
    public sealed record Create(Event Event) : EventDecision;

    /// <summary>The same happened before: raise the event's count, or make it again when it is gone.</summary>
    /// <param name="Event">The event with its new count.</param>
    public sealed record Repeat(Event Event) : EventDecision;

    /// <summary>Too many notes about one object in too short a time: drop it.</summary>
    public sealed record Drop : EventDecision;
}

/// <summary>
/// Decides how notes become events: the same note again raises a count; from the tenth on, notes that differ only in their message become one
/// event whose count rises; and an object that never stops being talked about is cut short. Kubernetes' own numbers (client-go, tools/record).
/// </summary>
/// <remarks>Pure over the <c>now</c> that is passed in. Bounded: the least recently used of its memories are forgotten.</remarks>
/// <param name="component">Who speaks: <c>statefulset-controller</c>.</param>
/// <param name="host">On which machine; empty when it does not matter.</param>
/// <param name="rate">How much may be said about one object; null for Kubernetes' own numbers.</param>
public sealed class EventCorrelator(string component, string host, EventRate? rate = null)
{
    private const int Capacity = 4096;
    private const int MaxSimilar = 10;
    private static readonly TimeSpan SimilarWindow = TimeSpan.FromMinutes(10);

    private readonly EventRate _rate = rate ?? EventRate.Default;
    private readonly RecentlyUsed<(string Object, string Type, string Reason, string? Message), Event> _events = new(Capacity);
    private readonly RecentlyUsed<(string Object, string Type, string Reason), Similar> _similar = new(Capacity);
    private readonly RecentlyUsed<string, Bucket> _buckets = new(Capacity);
    private long _lastTicks;

    /// <summary>Decides about one note.</summary>
    /// <param name="note">The note.</param>
    /// <param name="now">The time.</param>
    public EventDecision Decide(EventNote note, DateTimeOffset now)
    {
        var about = $"{note.InvolvedObject.Kind}/{note.InvolvedObject.Namespace}/{note.InvolvedObject.Name}/{note.InvolvedObject.Uid}";
        var isCombined = HasManySimilar(about, note, now);
        // All that are combined are one event, whatever they say; it shows the latest.
        var key = (about, note.Type, note.Reason, isCombined ? null : note.Message);
        var message = isCombined ? $"(combined from similar events): {note.Message}" : note.Message;
        var isRepeat = _events.TryGet(key, out var before);
        var next = isRepeat
            ? before! with { Count = before!.Count + 1, LastTimestamp = now, Message = message }
            : Make(note with { Message = message }, now);
        _events.Set(key, next);
        // What is dropped is still counted, so that the next one that is written tells of it.
        if (!TakeToken(about, now))
            return new EventDecision.Drop();
        return isRepeat ? new EventDecision.Repeat(next) : new EventDecision.Create(next);
    }

    private Event Make(EventNote note, DateTimeOffset now) => new()
    {
        Metadata = ObjectMeta.Empty with
        {
            // Events about cluster-scoped objects live in the default namespace, as kubectl expects them.
            Namespace = note.InvolvedObject.Namespace.Length > 0 ? note.InvolvedObject.Namespace : "default",
            Name = string.Create(CultureInfo.InvariantCulture, $"{note.InvolvedObject.Name}.{UniqueTicks(now):x}"),
        },
        InvolvedObject = note.InvolvedObject,
        Type = note.Type,
        Reason = note.Reason,
        Message = note.Message,
        Source = new EventSource { Component = component, Host = host },
        ReportingComponent = component,
        ReportingInstance = host,
        FirstTimestamp = now,
        LastTimestamp = now,
        Count = 1,
    };

    // Names are made from the time, as Kubernetes does; events of one moment still need different ones.
    private long UniqueTicks(DateTimeOffset now) =>
        _lastTicks = Math.Max((now - DateTimeOffset.UnixEpoch).Ticks, _lastTicks + 1);

    private bool HasManySimilar(string about, EventNote note, DateTimeOffset now)
    {
        var key = (about, note.Type, note.Reason);
        var messages = (_similar.TryGet(key, out var known) && now - known!.LastAt <= SimilarWindow ? known.Messages : []).Add(note.Message);
        var hasMany = messages.Count >= MaxSimilar;
        _similar.Set(key, new Similar(hasMany ? messages.Remove(note.Message) : messages, now));
        return hasMany;
    }

    private bool TakeToken(string about, DateTimeOffset now)
    {
        var bucket = _buckets.TryGet(about, out var known) ? known! : new Bucket(_rate.Burst, now);
        var tokens = Math.Min(_rate.Burst, bucket.Tokens + ((now - bucket.At) / _rate.RefillInterval));
        _buckets.Set(about, new Bucket(tokens >= 1 ? tokens - 1 : tokens, now));
        return tokens >= 1;
    }

    private sealed record Similar(System.Collections.Immutable.ImmutableHashSet<string> Messages, DateTimeOffset LastAt);

    private sealed record Bucket(double Tokens, DateTimeOffset At);
}

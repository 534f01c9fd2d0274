using System.Collections.Immutable;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Reflectors;

/// <summary>What follows from a state and an input.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="State">The next state.</param>
/// <param name="Effects">What is to be done, in this order; only the last one answers with an input.</param>
public sealed record ReflectorStep<T>(ReflectorState<T> State, ImmutableArray<ReflectorEffect<T>> Effects) where T : class, IResource<T>;

/// <summary>
/// The decisions of a reflector: state and input give the next state and effects, and nothing else is touched.
/// </summary>
/// <remarks>
/// It guarantees that the cache is replaced only by a complete listing, that changes reach it in the order of their revisions and
/// without repeats, and that it never goes back in time, whatever the transport repeats or a lagging server answers. It assumes
/// that revisions of one server can be compared; where they are not numbers, order is the server's alone. A server that was
/// restored from an old backup keeps answering old listings: after <see cref="MaxRefusals"/> of them the newest counts.
/// </remarks>
/// <typeparam name="T">The kind.</typeparam>
public static class ReflectorMachine<T> where T : class, IResource<T>
{
    /// <summary>How many listings in a row may be refused as too old.</summary>
    public const int MaxRefusals = 10;

    /// <summary>The state before anything is known.</summary>
    public static ReflectorState<T> Start { get; } = new ReflectorState<T>.Empty();

    /// <summary>Decides.</summary>
    /// <param name="state">Where the reflector is.</param>
    /// <param name="input">What happens.</param>
    /// <exception cref="InvalidOperationException">The input does not belong to the state: the caller did not do what the last step said.</exception>
    public static ReflectorStep<T> Step(ReflectorState<T> state, ReflectorInput<T> input) => (state, input) switch
    {
        (_, ReflectorInput<T>.RelistAsked) => GoOn(Carry(state, new ReflectorState<T>.Empty())),
        (ReflectorState<T>.Empty, ReflectorInput<T>.Begin) => GoOn(state),
        (ReflectorState<T>.Empty, ReflectorInput<T>.PageListed listed) => TakePage(state, [], listed.Page),
        (ReflectorState<T>.InitPage before, ReflectorInput<T>.PageListed listed) => TakePage(state, before.Items, listed.Page),
        (ReflectorState<T>.InitListed listed, ReflectorInput<T>.WatchOpened) =>
            Then(Carry(state, new ReflectorState<T>.Watching(listed.ResourceVersion)), new ReflectorEffect<T>.ReadEvent()),
        (ReflectorState<T>.Watching watching, ReflectorInput<T>.EventRead read) => TakeEvent(watching, read.Event),
        (ReflectorState<T>.Watching watching, ReflectorInput<T>.WatchEnded ended) => Reopen(watching, ended.WasUseful),
        (ReflectorState<T>.Pausing pausing, ReflectorInput<T>.PauseEnded) => GoOn(Carry(state, pausing.Next)),
        (not ReflectorState<T>.Pausing, ReflectorInput<T>.CallFailed failed) => Recover(state, failed.Error.Status),
        _ => throw new InvalidOperationException($"the reflector of {T.ResourceType} is {state.GetType().Name} and cannot take {input.GetType().Name}"),
    };

    private static ReflectorStep<T> TakePage(ReflectorState<T> state, ImmutableList<T> before, ResourceList<T> page)
    {
        var items = before.AddRange(page.Items);
        if (page.Metadata.Continue.Length > 0)
            return GoOn(Carry(state, new ReflectorState<T>.InitPage(items, page.Metadata.Continue)));
        var resourceVersion = page.Metadata.ResourceVersion;
        var isOld = Revision.TryParse(resourceVersion, out var revision) && revision < state.Highest;
        if (isOld && state.Refusals < MaxRefusals)
        {
            return Pause(
                Carry(state, new ReflectorState<T>.Empty()) with { Refusals = state.Refusals + 1 }, TimeSpan.Zero,
                $"a listing of {T.ResourceType} shows revision {revision}, but {state.Highest} was seen already; it is not used, and asked for again");
        }
        var listed = Carry(state, new ReflectorState<T>.InitListed(resourceVersion)) with { Highest = revision, Refusals = 0 };
        return Then(listed, new ReflectorEffect<T>.ReplaceCache(items, resourceVersion), Resume(listed));
    }

    private static ReflectorStep<T> TakeEvent(ReflectorState<T>.Watching state, WatchEvent<T> read)
    {
        if (read.Type == WatchEventType.Error)
            return Recover(state, read.Status ?? Status.Empty with { Code = 500, Message = "the watch ended with an error that says nothing" });
        var isComparable = Revision.TryParse(read.ResourceVersion, out var revision);
        if (isComparable && revision <= state.Highest)
            return Then(state with { Failures = 0 }, new ReflectorEffect<T>.ReadEvent());
        var next = state with { ResourceVersion = read.ResourceVersion, Failures = 0, Highest = isComparable ? revision : state.Highest };
        return Then(
            next,
            read.Type == WatchEventType.Bookmark ? new ReflectorEffect<T>.AdvanceCache(read.ResourceVersion) : new ReflectorEffect<T>.ApplyChange(read),
            new ReflectorEffect<T>.ReadEvent());
    }

    private static ReflectorStep<T> Reopen(ReflectorState<T>.Watching state, bool wasUseful)
    {
        var listed = Carry(state, new ReflectorState<T>.InitListed(state.ResourceVersion));
        return wasUseful
            ? GoOn(listed with { Failures = 0 })
            : Pause(listed, TimeSpan.Zero, $"a watch of {T.ResourceType} ended at once and without a word; it is opened again after a pause", ComesAndGoes);
    }

    private static ReflectorStep<T> Recover(ReflectorState<T> state, Status error)
    {
        if (error.Code == 410)
        {
            var empty = Carry(state, new ReflectorState<T>.Empty());
            return state.Failures == 0
                ? GoOn(empty with { Failures = 1 })
                : Pause(empty, TimeSpan.Zero, $"{T.ResourceType}: the revision is gone ({error.Message}); everything is listed anew after a pause", ComesAndGoes);
        }
        var next = state is ReflectorState<T>.Watching watching
            ? Carry(state, new ReflectorState<T>.InitListed(watching.ResourceVersion))
            : state;
        var retryAfter = TimeSpan.FromSeconds(error.Details?.RetryAfterSeconds ?? 0);
        var did = state is ReflectorState<T>.Empty or ReflectorState<T>.InitPage ? "list" : "watch";
        return Pause(next, retryAfter, $"could not {did} {T.ResourceType}: {error.Message}; it is tried again after a pause", ComesAndGoes && error.Code == 404);
    }

    // A definition that goes ends the watches of its kind, a little before whoever watches knows that it went.
    private static bool ComesAndGoes => typeof(T) == typeof(CustomObject);

    private static ReflectorStep<T> Pause(ReflectorState<T> next, TimeSpan atLeast, string report, bool isOrdinary = false)
    {
        var failures = next.Failures + 1;
        var pausing = Carry(next, new ReflectorState<T>.Pausing(next)) with { Failures = failures };
        return Then(pausing, new ReflectorEffect<T>.Report(report) { IsOrdinary = isOrdinary }, new ReflectorEffect<T>.Pause(failures, atLeast));
    }

    private static ReflectorStep<T> GoOn(ReflectorState<T> state) => Then(state, Resume(state));

    private static ReflectorEffect<T> Resume(ReflectorState<T> state) => state switch
    {
        ReflectorState<T>.Empty => new ReflectorEffect<T>.ListPage(""),
        ReflectorState<T>.InitPage page => new ReflectorEffect<T>.ListPage(page.Continue),
        ReflectorState<T>.InitListed listed => new ReflectorEffect<T>.OpenWatch(listed.ResourceVersion),
        _ => throw new InvalidOperationException($"nothing is begun from {state.GetType().Name}"),
    };

    private static ReflectorState<T> Carry(ReflectorState<T> from, ReflectorState<T> to) =>
        to with { Failures = from.Failures, Refusals = from.Refusals, Highest = from.Highest };

    private static ReflectorStep<T> Then(ReflectorState<T> state, params ImmutableArray<ReflectorEffect<T>> effects) => new(state, effects);
}

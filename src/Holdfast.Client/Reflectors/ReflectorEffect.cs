using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Reflectors;

/// <summary>What a reflector wants done.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract record ReflectorEffect<T> where T : class, IResource<T>
{
    private ReflectorEffect()
    {
    }

    /// <summary>Ask for a page of the listing.</summary>
    /// <param name="Continue">Where it begins; empty for the first.</param>
    public sealed record ListPage(string Continue) : ReflectorEffect<T>;

    /// <summary>Open a watch.</summary>
    /// <param name="ResourceVersion">After which revision.</param>
    public sealed record OpenWatch(string ResourceVersion) : ReflectorEffect<T>;

    /// <summary>Wait for what the open watch tells next.</summary>
    public sealed record ReadEvent : ReflectorEffect<T>;

    /// <summary>Wait before going on.</summary>
    /// <param name="Failures">Failures in a row; at least 1.</param>
    /// <param name="AtLeast">What the server asked for.</param>
    public sealed record Pause(int Failures, TimeSpan AtLeast) : ReflectorEffect<T>;

    /// <summary>Replace all that the cache holds.</summary>
    /// <param name="Items">The complete listing.</param>
    /// <param name="ResourceVersion">Its revision.</param>
    public sealed record ReplaceCache(ImmutableList<T> Items, string ResourceVersion) : ReflectorEffect<T>;

    /// <summary>Apply one change to the cache.</summary>
    /// <param name="Event">The change.</param>
    public sealed record ApplyChange(WatchEvent<T> Event) : ReflectorEffect<T>;

    /// <summary>Tell the cache that nothing happened up to a revision.</summary>
    /// <param name="ResourceVersion">The revision.</param>
    public sealed record AdvanceCache(string ResourceVersion) : ReflectorEffect<T>;

    /// <summary>Tell a person.</summary>
    /// <param name="Text">What happened and what is done about it.</param>
    public sealed record Report(string Text) : ReflectorEffect<T>
    {
        /// <summary>Whether it is in the ordinary course of things: kinds that definitions bring come and go.</summary>
        public bool IsOrdinary { get; init; }
    }
}

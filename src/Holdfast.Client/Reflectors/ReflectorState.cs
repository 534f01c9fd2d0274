using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Reflectors;

/// <summary>Where a reflector is: Empty → InitPage → InitListed → Watching, with a Pausing before whatever is tried again.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract record ReflectorState<T> where T : class, IResource<T>
{
    private ReflectorState()
    {
    }

    /// <summary>Calls that failed in a row without anything learnt in between.</summary>
    public int Failures { get; init; }

    /// <summary>Complete listings in a row that were refused because they were older than what was seen.</summary>
    public int Refusals { get; init; }

    /// <summary>The highest revision handed to the cache; nothing older is ever handed to it.</summary>
    public ulong Highest { get; init; }

    /// <summary>Nothing is listed, or what was listed no longer counts: the next is the first page.</summary>
    public sealed record Empty : ReflectorState<T>;

    /// <summary>Some pages of a listing are there, and there are more.</summary>
    /// <param name="Items">The objects of the pages so far.</param>
    /// <param name="Continue">Where the next page begins.</param>
    public sealed record InitPage(ImmutableList<T> Items, string Continue) : ReflectorState<T>;

    /// <summary>The cache is complete up to a revision; the watch from there is not open.</summary>
    /// <param name="ResourceVersion">The revision.</param>
    public sealed record InitListed(string ResourceVersion) : ReflectorState<T>;

    /// <summary>A watch is open.</summary>
    /// <param name="ResourceVersion">The revision up to which it has told everything.</param>
    public sealed record Watching(string ResourceVersion) : ReflectorState<T>;

    /// <summary>Waiting before something is tried again.</summary>
    /// <param name="Next">The state to go on from.</param>
    public sealed record Pausing(ReflectorState<T> Next) : ReflectorState<T>;
}

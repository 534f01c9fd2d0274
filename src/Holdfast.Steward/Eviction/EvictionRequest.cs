using System.Collections.Immutable;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Eviction;

/// <summary>Someone asks that a pod go.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="PodUid">Its uid; empty when it was not said.</param>
/// <param name="User">Who asks.</param>
/// <param name="IsForced">Whether it is to go at once, without a grace period: the object goes although the process may still run.</param>
/// <param name="IsNodeGone">Whether it is proven that nothing runs on its node any more: the node is gone or fenced.</param>
/// <param name="IsDryRun">Whether nothing is to be changed.</param>
/// <param name="Override">Why it is to go although the Steward says no; empty when nobody says so.</param>
public sealed record EvictionRequest(string Pod, string PodUid, string User, bool IsForced, bool IsNodeGone, bool IsDryRun, string Override)
{
    /// <summary>Whether it is an eviction, which budgets may refuse; they are not asked about a deletion.</summary>
    public bool IsEviction { get; init; }
}

/// <summary>The answer.</summary>
/// <param name="IsAllowed">Whether it may go.</param>
/// <param name="Status">The HTTP status of a refusal: 429 to try again, 403 for never; 200 when it is allowed.</param>
/// <param name="Message">Every reason of a refusal, in words.</param>
public sealed record EvictionAnswer(bool IsAllowed, int Status, string Message)
{
    /// <summary>It may go.</summary>
    public static EvictionAnswer Allow { get; } = new(true, 200, "");

    /// <summary>Whether a refusal holds for a few seconds only: leadership is on its way.</summary>
    public bool IsPassing { get; init; }

    /// <summary>What must be written to status before the answer is given; when that fails, the answer is to try again.</summary>
    public StewardMemory? Memory { get; init; }

    /// <summary>What is put on record about an override; null when there is none.</summary>
    public OverrideStatus? Override { get; init; }

    /// <summary>What people should hear of.</summary>
    public ImmutableArray<StewardEvent> Events { get; init; } = [];

    /// <summary>Not now.</summary>
    /// <param name="message">Why.</param>
    public static EvictionAnswer TryLater(string message) => new(false, 429, message);

    /// <summary>Not like this.</summary>
    /// <param name="message">Why.</param>
    public static EvictionAnswer Forbid(string message) => new(false, 403, message);
}

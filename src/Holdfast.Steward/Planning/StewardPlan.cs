using System.Collections.Immutable;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Safety;

namespace Holdfast.Steward.Planning;

/// <summary>
/// What is to be done next about members: either something is remembered, or one thing is done, or something is waited for. Memory is
/// the Steward's status: what is about to be done is written there first, with the resourceVersion that was read, and only a plan made from
/// what was written does it. So a Steward that ends anywhere goes on from there when it is started again (T5), and of two Stewards only one
/// comes through (T2, T7).
/// </summary>
public sealed record StewardPlan
{
    /// <summary>What must be written to status before anything is done; null when what is written holds.</summary>
    public StewardMemory? Memory { get; init; }

    /// <summary>What is done now; null while something is to be remembered first, and when there is nothing to do.</summary>
    public StewardEffect? Effect { get; init; }

    /// <summary>What is waited for, in words; empty when nothing is.</summary>
    public string Waiting { get; init; } = "";

    /// <summary>When to plan again although nothing was heard; null when that is not needed.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>What people should hear of, once the memory is written.</summary>
    public ImmutableArray<StewardEvent> Events { get; init; } = [];

    /// <summary>Whether nothing is to be done, remembered or waited for.</summary>
    public bool IsIdle => Memory is null && Effect is null && Waiting.Length == 0;

    /// <summary>A plan that does nothing.</summary>
    public static StewardPlan Idle { get; } = new();

    /// <summary>A plan that waits.</summary>
    /// <param name="words">For what.</param>
    /// <param name="after">When to look again.</param>
    public static StewardPlan Wait(string words, TimeSpan? after = null) => new() { Waiting = words, RequeueAfter = after };

    /// <summary>A plan that does one thing.</summary>
    /// <param name="effect">What.</param>
    public static StewardPlan Do(StewardEffect effect) => new() { Effect = effect };

    /// <summary>A plan that writes to memory.</summary>
    /// <param name="memory">What.</param>
    /// <param name="events">What people should hear of.</param>
    public static StewardPlan Remember(StewardMemory memory, params ImmutableArray<StewardEvent> events) => new() { Memory = memory, Events = events };
}

/// <summary>The part of a Steward's status by which it knows what it is doing.</summary>
/// <param name="Operation">What is being done to a member; null for nothing.</param>
/// <param name="Rollout">How far the update is; null when there never was one.</param>
/// <param name="Last">The operation that ended last; null when there was none.</param>
public sealed record StewardMemory(OperationStatus? Operation, RolloutStatus? Rollout, EndedOperation? Last)
{
    /// <summary>What a status remembers.</summary>
    /// <param name="status">The status.</param>
    public static StewardMemory Of(StewardStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(status.Operation, status.Rollout, status.LastOperation);
    }

    /// <summary>The memory after its operation ended.</summary>
    /// <param name="outcome">Done, Failed or Superseded.</param>
    /// <param name="message">How it went.</param>
    /// <param name="now">The time.</param>
    public StewardMemory Ended(string outcome, string message, DateTimeOffset now) => Operation is not { } operation ? this : this with
    {
        Operation = null,
        Last = new EndedOperation
        {
            Kind = operation.Kind,
            Member = operation.Member,
            Successor = operation.Successor,
            Outcome = outcome,
            Message = message.Length > 0 ? message : OperationWords.Of(operation),
            FinishedAt = now,
        },
    };

    /// <summary>A status that remembers this.</summary>
    /// <param name="status">The status as it is.</param>
    public StewardStatus In(StewardStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status with { Operation = Operation, Rollout = Rollout, LastOperation = Last };
    }
}

/// <summary>Something that people should hear of.</summary>
/// <param name="IsWarning">Whether something is wrong.</param>
/// <param name="Reason">One word in CamelCase.</param>
/// <param name="Message">What happened, in words.</param>
public sealed record StewardEvent(bool IsWarning, string Reason, string Message);

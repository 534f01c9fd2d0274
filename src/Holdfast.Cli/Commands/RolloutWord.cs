using Holdfast.Steward.Safety;
using StewardResource = Holdfast.Model.Stewards.Steward;

namespace Holdfast.Cli.Commands;

/// <summary>Whether there is anything that a person's word on a rollout could be about, and when it is acted upon.</summary>
internal static class RolloutWord
{
    /// <summary>Why there is nothing to retry or abort; empty when there is.</summary>
    /// <param name="steward">The Steward as it is.</param>
    /// <param name="action">Retry or Abort.</param>
    internal static string Objection(StewardResource steward, string action)
    {
        var rollout = steward.Status.Rollout;
        var state = rollout is null ? "there was none yet" : $"it is {rollout.Phase}";
        return (action, rollout?.Phase) switch
        {
            ("Retry", "Stopped") => "",
            ("Retry", _) => $"no rollout of {steward.Metadata.Name} has stopped that could be tried again: {state}",
            (_, "RollingBack") => $"the rollout of {steward.Metadata.Name} goes back already",
            (_, null or "Completed" or "RolledBack") => $"no rollout of {steward.Metadata.Name} is under way that could be taken back: {state}",
            _ => "",
        };
    }

    /// <summary>What has to end first, in words that follow what was asked; empty when nothing has to.</summary>
    /// <param name="steward">The Steward as it is.</param>
    /// <param name="action">Retry or Abort.</param>
    internal static string First(StewardResource steward, string action) =>
        steward.Status.Operation is { } operation && !(action == "Abort" && operation.Kind == "Update") ? $", once this has ended: {OperationWords.Of(operation)}" : "";

    /// <summary>A line for what was asked for and not acted upon yet; empty when there is nothing.</summary>
    /// <param name="steward">The Steward as it is.</param>
    internal static string Pending(StewardResource steward) =>
        steward is { Spec.Rollout.Request: { } request, Status.Rollout: { } rollout } && request.Id != rollout.HandledRequest
            ? $"{(request.Action == "Retry" ? "A retry" : "An abort")} is asked for, and was not acted upon yet."
            : "";
}

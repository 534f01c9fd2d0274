using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Stewards;

/// <summary>
/// What holds for Stewards beyond their schema: every problem at once, in the words of the API's errors. Servers know the kind by its
/// definition alone, so this is asked by the Steward itself, by its webhook, and by commands that read a Steward from a file.
/// </summary>
public sealed class StewardRules : ResourceRules<Steward>
{
    /// <inheritdoc/>
    public override bool HasStatus => true;

    /// <inheritdoc/>
    public override Steward Default(Steward resource) => StewardDefaults.Apply(resource);

    /// <inheritdoc/>
    public override bool RaisesGeneration(Steward updated, Steward old) => updated.Spec != old.Spec;

    /// <inheritdoc/>
    protected override void Check(Steward resource, FieldErrors errors)
    {
        var spec = resource.Spec;
        CheckTarget(spec.TargetRef, SpecPath.Child("targetRef"), errors);
        if (spec.Replicas is { } replicas and (< 1 or > 99))
        {
            errors.Add(FieldError.Invalid(SpecPath.Child("replicas"), (long)replicas, "must be from 1 to 99: a quorum without members guards nothing"));
        }
        MemberValidation.Check(spec.Member, SpecPath.Child("member"), errors);
        CheckQuorum(spec.Quorum, SpecPath.Child("quorum"), errors);
        RolloutValidation.Check(spec.Rollout, SpecPath.Child("rollout"), errors);
        if (spec.Backup?.LastAt is { } lastAt)
        {
            RolloutValidation.CheckBackup(lastAt, SpecPath.Child("backup").Child("lastAt"), errors);
        }
        CheckScaling(spec, SpecPath.Child("scaling"), errors);
        CheckRouting(spec.Routing, SpecPath.Child("routing"), errors);
        var disruption = SpecPath.Child("disruption");
        Durations.Check(spec.Disruption.EvictionDeadline, disruption, "evictionDeadline", errors);
        Durations.Check(spec.Disruption.SwitchoverDeadline, disruption, "switchoverDeadline", errors);
    }

    /// <inheritdoc/>
    protected override void CheckUpdate(Steward updated, Steward old, FieldErrors errors)
    {
        errors.RequireUnchanged(SpecPath.Child("targetRef").Child("name"), updated.Spec.TargetRef.Name, old.Spec.TargetRef.Name);
        Check(updated, errors);
    }

    private static void CheckTarget(TargetReference target, FieldPath path, FieldErrors errors)
    {
        Choices.Check(target.ApiVersion, path, "apiVersion", ["apps/v1"], errors);
        Choices.Check(target.Kind, path, "kind", ["StatefulSet"], errors);
        if (errors.Require(path, "name", target.Name, "the name of a StatefulSet in the same namespace"))
        {
            errors.RequireFormat(path, "name", target.Name, TextFormats.Dns1123Subdomain);
        }
    }

    private static void CheckQuorum(QuorumSpec quorum, FieldPath path, FieldErrors errors)
    {
        Choices.Check(quorum.Rule, path, "rule", ["Majority"], errors);
        Choices.Check(quorum.Spread, path, "spread", ["Ignore", "Warn", "Require"], errors);
        errors.RequireNotNegative(path, "maximumLag", quorum.MaximumLag ?? 0);
    }

    private static void CheckScaling(StewardSpec spec, FieldPath path, FieldErrors errors)
    {
        var scaling = spec.Scaling;
        Choices.Check(scaling.Join, path, "join", ["Learner", "Voter"], errors);
        Choices.Check(scaling.Claims, path, "claims", ["Retain", "Delete", "Snapshot"], errors);
        Durations.Check(scaling.BackupWithin, path, "backupWithin", errors);
        Durations.Check(scaling.StepDeadline, path, "stepDeadline", errors);
        CheckRemoved(spec, path.Child("removeFirst"), errors);
        if (scaling is { SnapshotClass.Length: > 0, Claims: not "Snapshot" })
        {
            errors.Add(FieldError.Forbidden(path.Child("snapshotClass"), "a class of snapshots has a use only where claims is Snapshot"));
        }
    }

    // Names that cannot be this set's pods would never take effect.
    private static void CheckRemoved(StewardSpec spec, FieldPath path, FieldErrors errors)
    {
        var prefix = spec.TargetRef.Name + "-";
        for (var at = 0; at < spec.Scaling.RemoveFirst.Count; at++)
        {
            var name = spec.Scaling.RemoveFirst[at];
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || name.Length == prefix.Length || !name[prefix.Length..].All(char.IsAsciiDigit))
            {
                errors.Add(FieldError.Invalid(path.Index(at), name, $"must be the name of a pod of StatefulSet {spec.TargetRef.Name}, such as {prefix}0"));
            }
        }
    }

    private static void CheckRouting(RoutingSpec routing, FieldPath path, FieldErrors errors)
    {
        CheckServiceName(routing.LeaderService, path, "leaderService", errors);
        CheckServiceName(routing.FollowerService, path, "followerService", errors);
        if (routing.LeaderService.Length > 0 && routing.LeaderService == routing.FollowerService)
        {
            errors.Add(FieldError.Duplicate(path.Child("followerService"), routing.FollowerService));
        }
    }

    private static void CheckServiceName(string name, FieldPath path, string field, FieldErrors errors)
    {
        if (name.Length > 0)
        {
            errors.RequireFormat(path, field, name, TextFormats.Dns1035Label);
        }
    }
}

/// <summary>Texts of which only some are known.</summary>
internal static class Choices
{
    public static void Check(string value, FieldPath path, string field, System.Collections.Immutable.ImmutableArray<string> known, FieldErrors errors)
    {
        if (value.Length > 0)
        {
            errors.RequireOneOf(path, field, value, known);
        }
    }
}

/// <summary>Spans of time.</summary>
internal static class Durations
{
    public static void Check(string value, FieldPath path, string field, FieldErrors errors)
    {
        if (value.Length > 0 && !DurationText.TryParse(value, out _))
        {
            errors.Add(FieldError.Invalid(path.Child(field), value, "must be a span of time such as 30s, 1h30m or 500ms"));
        }
    }
}

using Holdfast.Model.Rules;

namespace Holdfast.Model.Stewards;

/// <summary>How members are brought to a new revision.</summary>
internal static class RolloutValidation
{
    public static void Check(RolloutSpec rollout, FieldPath path, FieldErrors errors)
    {
        Choices.Check(rollout.Order, path, "order", ["LeaderLast"], errors);
        Choices.Check(rollout.OnFailure, path, "onFailure", ["Rollback", "Pause"], errors);
        if (rollout.Canary is { } canary and not (0 or 1))
        {
            errors.Add(FieldError.Invalid(path.Child("canary"), (long)canary, "must be 0 or 1: members go one at a time"));
        }
        Durations.Check(rollout.Soak, path, "soak", errors);
        Durations.Check(rollout.StepDeadline, path, "stepDeadline", errors);
        Durations.Check(rollout.ProgressDeadline, path, "progressDeadline", errors);
        if (rollout.Request is { } request)
        {
            errors.Require(path.Child("request"), "id", request.Id, "a text that tells this request from the one before");
            if (errors.Require(path.Child("request"), "action", request.Action))
            {
                errors.RequireOneOf(path.Child("request"), "action", request.Action, ["Retry", "Abort"]);
            }
        }
        if (rollout.Preflight is { } preflight)
        {
            Choices.Check(preflight.MaximumVersionSkew, path.Child("preflight"), "maximumVersionSkew", ["Patch", "Minor", "Major"], errors);
            Durations.Check(preflight.BackupWithin, path.Child("preflight"), "backupWithin", errors);
        }
        CheckGates(rollout, path.Child("gates"), errors);
    }

    private static void CheckGates(RolloutSpec rollout, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < rollout.Gates.Count; at++)
        {
            var (gate, here) = (rollout.Gates[at], path.Index(at));
            if (errors.Require(here, "name", gate.Name) && !names.Add(gate.Name))
            {
                errors.Add(FieldError.Duplicate(here.Child("name"), gate.Name));
            }
            CheckGate(gate, here, errors);
        }
    }

    private static void CheckGate(RolloutGate gate, FieldPath path, FieldErrors errors)
    {
        var sources = (gate.Prometheus is null ? 0 : 1) + (gate.HttpGet is null ? 0 : 1) + (gate.Member is null ? 0 : 1);
        if (sources != 1)
        {
            errors.Add(sources == 0
                ? FieldError.Required(path, "exactly one of prometheus, httpGet and member must be given")
                : FieldError.Forbidden(path, "only one of prometheus, httpGet and member may be given"));
        }
        if (gate is { AtMost: null, AtLeast: null })
        {
            errors.Add(FieldError.Required(path, "at least one of atMost and atLeast must be given"));
        }
        if (gate.AtMost < gate.AtLeast)
        {
            errors.Add(FieldError.Forbidden(path, "atMost is less than atLeast, so that nothing could pass"));
        }
        Durations.Check(gate.For, path, "for", errors);
        Durations.Check(gate.Timeout, path, "timeout", errors);
        CheckSource(gate.Prometheus, gate.HttpGet, path, errors);
        if (gate.Member is { } member)
        {
            errors.RequireOneOf(path.Child("member"), "field", member.Field, ["lag", "diskFreeBytes", "migrationBacklog"]);
        }
    }

    /// <summary>Whoever tells when the last backup was made.</summary>
    public static void CheckBackup(BackupSource source, FieldPath path, FieldErrors errors)
    {
        if (source.Prometheus is null == source.HttpGet is null)
        {
            errors.Add(source.Prometheus is null
                ? FieldError.Required(path, "exactly one of prometheus and httpGet must be given")
                : FieldError.Forbidden(path, "only one of prometheus and httpGet may be given"));
        }
        Durations.Check(source.Timeout, path, "timeout", errors);
        CheckSource(source.Prometheus, source.HttpGet, path, errors);
    }

    private static void CheckSource(PrometheusGate? prometheus, HttpGate? get, FieldPath path, FieldErrors errors)
    {
        CheckAddress(prometheus?.Url, path.Child("prometheus"), errors);
        CheckAddress(get?.Url, path.Child("httpGet"), errors);
        if (prometheus is not null)
        {
            errors.Require(path.Child("prometheus"), "query", prometheus.Query);
        }
        if (get is not null)
        {
            errors.Require(path.Child("httpGet"), "value", get.Value);
        }
    }

    private static void CheckAddress(string? url, FieldPath path, FieldErrors errors)
    {
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            errors.Add(FieldError.Invalid(path.Child("url"), url, "must be an address that begins with http:// or https://"));
        }
    }
}

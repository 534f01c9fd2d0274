using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Stewards;

/// <summary>How members are spoken to.</summary>
internal static class MemberValidation
{
    // Beyond this a Steward's own bodies would not be bounded by what an object may hold.
    private const int MaximumCalls = 8;

    public static void Check(MemberSpec member, FieldPath path, FieldErrors errors)
    {
        if (member.Preset.Length == 0 && (member.Observe is not { } given || given.Calls.IsEmpty))
        {
            errors.Add(FieldError.Required(path.Child("preset"), "name a preset, or say in observe.calls how a member is asked what it is"));
        }
        Choices.Check(member.Scheme, path, "scheme", ["http", "https"], errors);
        Choices.Check(member.Joins, path, "joins", ["Itself", "BeforeStart", "AfterStart"], errors);
        CheckPort(member.Port, path, errors);
        if (member.Container.Length > 0)
        {
            errors.RequireFormat(path, "container", member.Container, TextFormats.Dns1123Label);
        }
        if (member.Joins == "Itself" && (member.JoinLearner is not null || member.JoinVoter is not null))
        {
            errors.Add(FieldError.Forbidden(path.Child("joins"), "members that join on their own need neither joinLearner nor joinVoter"));
        }
        if (member.Observe is { } observe)
        {
            CheckObserve(observe, path.Child("observe"), errors);
        }
        foreach (var (name, action) in Actions(member))
        {
            if (action is not null)
            {
                CheckAction(action, path.Child(name), errors);
            }
        }
    }

    private static (string Name, MemberAction? Action)[] Actions(MemberSpec member) =>
    [
        ("drain", member.Drain), ("joinLearner", member.JoinLearner), ("joinVoter", member.JoinVoter), ("promote", member.Promote),
        ("remove", member.Remove), ("transferLeadership", member.TransferLeadership),
    ];

    private static void CheckObserve(ObserveSpec observe, FieldPath path, FieldErrors errors)
    {
        Durations.Check(observe.Period, path, "period", errors);
        Durations.Check(observe.Timeout, path, "timeout", errors);
        Durations.Check(observe.MaximumAge, path, "maximumAge", errors);
        if (DurationText.TryParse(observe.Period, out var period) && period < TimeSpan.FromMilliseconds(100))
        {
            errors.Add(FieldError.Invalid(path.Child("period"), observe.Period, "must be at least 100ms"));
        }
        if (DurationText.TryParse(observe.MaximumAge, out var age) && DurationText.TryParse(observe.Period, out period) && age <= period)
        {
            errors.Add(FieldError.Invalid(path.Child("maximumAge"), observe.MaximumAge, $"must be longer than the period, {observe.Period}: every answer would be too old before the next"));
        }
        if (observe.Calls.Count > MaximumCalls)
        {
            errors.Add(FieldError.TooMany(path.Child("calls"), observe.Calls.Count, MaximumCalls));
        }
        for (var at = 0; at < observe.Calls.Count; at++)
        {
            CheckAction(observe.Calls[at], path.Child("calls").Index(at), errors);
        }
    }

    private static void CheckAction(MemberAction action, FieldPath path, FieldErrors errors)
    {
        var ways = (action.HttpGet is null ? 0 : 1) + (action.HttpPost is null ? 0 : 1) + (action.Exec is null ? 0 : 1);
        if (ways != 1)
        {
            errors.Add(ways == 0
                ? FieldError.Required(path, "exactly one of httpGet, httpPost and exec must be given")
                : FieldError.Forbidden(path, "only one of httpGet, httpPost and exec may be given"));
        }
        Choices.Check(action.To, path, "to", ["Target", "Leader", "Any"], errors);
        Durations.Check(action.Timeout, path, "timeout", errors);
        if (action.Exec is not null && !action.ExpectStatus.IsEmpty)
        {
            errors.Add(FieldError.Forbidden(path.Child("expectStatus"), "a command has no HTTP status; it is done when it exits with 0"));
        }
        foreach (var status in action.ExpectStatus)
        {
            if (status is < 100 or > 599)
            {
                errors.Add(FieldError.Invalid(path.Child("expectStatus"), (long)status, "must be an HTTP status, from 100 to 599"));
            }
        }
        CheckCall(action.HttpGet, path.Child("httpGet"), errors);
        CheckCall(action.HttpPost, path.Child("httpPost"), errors);
        if (action.HttpGet is { Body.Length: > 0 })
        {
            errors.Add(FieldError.Forbidden(path.Child("httpGet").Child("body"), "a GET sends no body; use httpPost"));
        }
        if (action.Exec is { } exec && exec.Command.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("exec").Child("command"), "the program and its arguments"));
        }
    }

    private static void CheckCall(HttpCall? call, FieldPath path, FieldErrors errors)
    {
        if (call is null)
        {
            return;
        }
        if (errors.Require(path, "path", call.Path, "such as /status") && !call.Path.StartsWith('/') && !call.Path.StartsWith("$(", StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path.Child("path"), call.Path, "must begin with /"));
        }
        Choices.Check(call.Scheme, path, "scheme", ["http", "https"], errors);
        CheckPort(call.Port, path, errors);
        for (var at = 0; at < call.Headers.Count; at++)
        {
            errors.Require(path.Child("headers").Index(at), "name", call.Headers[at].Name);
        }
    }

    private static void CheckPort(IntOrString? port, FieldPath path, FieldErrors errors)
    {
        if (port is { } given && (given.Text is { } name ? name.Length is 0 or > 15 : given.Number is < 1 or > 65535))
        {
            errors.Add(FieldError.Invalid(path.Child("port"), given, "must be a number from 1 to 65535 or the name of a port"));
        }
    }
}

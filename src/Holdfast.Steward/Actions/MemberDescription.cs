using System.Collections.Immutable;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Presets;

namespace Holdfast.Steward.Actions;

/// <summary>How the members of one set are spoken to: a Steward's <c>spec.member</c> over its preset, every action read. Immutable.</summary>
public sealed record MemberDescription
{
    private const int DefaultActionSeconds = 10;

    /// <summary>The spec with what its preset fills in.</summary>
    public required MemberSpec Spec { get; init; }

    /// <summary>What is called to observe a member, in this order.</summary>
    public required ImmutableArray<CompiledAction> Observe { get; init; }

    /// <summary>How often each member is observed.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>How long one observation may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How old an answer may be before the member counts as unknown.</summary>
    public required TimeSpan MaximumAge { get; init; }

    /// <summary>Makes a new member a learner.</summary>
    public CompiledAction? JoinLearner { get; init; }

    /// <summary>Makes a new member a voter at once.</summary>
    public CompiledAction? JoinVoter { get; init; }

    /// <summary>Makes a learner a voter.</summary>
    public CompiledAction? Promote { get; init; }

    /// <summary>Takes a member out of the membership.</summary>
    public CompiledAction? Remove { get; init; }

    /// <summary>Has the leader hand over to the candidate.</summary>
    public CompiledAction? TransferLeadership { get; init; }

    /// <summary>Lets a member end its work before its pod goes.</summary>
    public CompiledAction? Drain { get; init; }

    /// <summary>Reads a description.</summary>
    /// <param name="member">A Steward's <c>spec.member</c>.</param>
    /// <param name="issues">What is wrong with it; empty when a description is given.</param>
    /// <returns>The description, or null.</returns>
    public static MemberDescription? Read(MemberSpec member, out ImmutableArray<ActionIssue> issues)
    {
        ArgumentNullException.ThrowIfNull(member);
        var found = new List<ActionIssue>();
        var spec = Preset.Applied(member, found);
        var description = Read(spec, found);
        issues = [.. found];
        return found.Count == 0 ? description : null;
    }

    private static MemberDescription Read(MemberSpec spec, List<ActionIssue> issues)
    {
        const string root = "spec.member";
        var observe = spec.Observe ?? ObserveSpec.Empty;
        var timeout = Length(observe.Timeout, 2, $"{root}.observe.timeout", issues);
        var compiler = new ActionCompiler(issues);
        var asked = new ActionDefaults(
            spec.Port?.ToString() ?? "", spec.Scheme.Length > 0 ? spec.Scheme : "http", spec.Container, timeout, ActionTarget.Target);
        var done = asked with { Timeout = TimeSpan.FromSeconds(DefaultActionSeconds), To = ActionTarget.Leader };
        return new MemberDescription
        {
            Spec = spec,
            Observe = Calls(observe, compiler, asked, issues),
            Timeout = timeout,
            Period = Length(observe.Period, 1, $"{root}.observe.period", issues),
            MaximumAge = Length(observe.MaximumAge, 5, $"{root}.observe.maximumAge", issues),
            JoinLearner = Action(spec.JoinLearner, "joinLearner", done),
            JoinVoter = Action(spec.JoinVoter, "joinVoter", done),
            Promote = Action(spec.Promote, "promote", done),
            Remove = Action(spec.Remove, "remove", done),
            TransferLeadership = Action(spec.TransferLeadership, "transferLeadership", done),
            Drain = Action(spec.Drain, "drain", done with { To = ActionTarget.Target }),
        };

        CompiledAction? Action(MemberAction? action, string name, ActionDefaults defaults) =>
            action is null ? null : compiler.Compile(action, $"{root}.{name}", defaults, []);
    }

    private static ImmutableArray<CompiledAction> Calls(ObserveSpec observe, ActionCompiler compiler, ActionDefaults defaults, List<ActionIssue> issues)
    {
        const string path = "spec.member.observe.calls";
        if (observe.Calls.Count == 0)
            issues.Add(new ActionIssue(path, "it is not said how members are observed: name a preset, or give calls"));
        var calls = ImmutableArray.CreateBuilder<CompiledAction>();
        var seen = new List<string>();
        foreach (var (call, index) in observe.Calls.Select((call, index) => (call, index)))
        {
            if (compiler.Compile(call, $"{path}[{index}]", defaults, seen) is { } compiled)
                calls.Add(compiled);
            seen.AddRange(call.Fields.Keys);
        }
        if (observe.Calls.Count > 0 && !seen.Contains(MemberFields.Members))
            issues.Add(new ActionIssue(path, $"no call gives {MemberFields.Members}, without which nobody knows who votes"));
        return calls.ToImmutable();
    }

    private static TimeSpan Length(string text, int usualSeconds, string path, List<ActionIssue> issues)
    {
        var usual = TimeSpan.FromSeconds(usualSeconds);
        if (text.Length == 0)
            return usual;
        if (DurationText.TryParse(text, out var length) && length > TimeSpan.Zero)
            return length;
        issues.Add(new ActionIssue(path, $"\"{text}\" is no length of time above zero, such as {usualSeconds}s"));
        return usual;
    }
}

using System.Collections.Immutable;
using Holdfast.Cel;

namespace Holdfast.Steward.Actions;

/// <summary>One member as the expressions of actions see it.</summary>
/// <param name="Name">Its name to the data system; the pod's when the system has not told one.</param>
/// <param name="Ordinal">The pod's ordinal.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Host">The pod's name in DNS: <c>db-0.db.default.svc</c>.</param>
/// <param name="Id">Its id in the data system's membership; empty while it has told none.</param>
/// <param name="Address">The pod's address; empty while it has none.</param>
public sealed record MemberVariables(string Name, int Ordinal, string Pod, string Host, string Id, string Address)
{
    internal CelMap ToValue() => CelMap.Of(
    [
        new("name", new CelString(Name)), new("ordinal", new CelInt(Ordinal)), new("pod", new CelString(Pod)),
        new("host", new CelString(Host)), new("id", new CelString(Id)), new("address", new CelString(Address)),
    ]);
}

/// <summary>The stewarded set as the expressions of actions see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Service">The name of its governing Service.</param>
/// <param name="Replicas">How many members it is to have.</param>
public sealed record SetVariables(string Name, string Namespace, string Service, int Replicas)
{
    internal CelMap ToValue() => CelMap.Of(
    [
        new("name", new CelString(Name)), new(CelIdentifiers.Escape("namespace")!, new CelString(Namespace)),
        new("service", new CelString(Service)), new("replicas", new CelInt(Replicas)),
    ]);
}

/// <summary>The values of an action's variables for one request. A member that is not given has no value, and an expression that needs it fails.</summary>
/// <param name="Set">The set.</param>
/// <param name="Member">Whom the action is about.</param>
public sealed record ActionScope(SetVariables Set, MemberVariables Member)
{
    /// <summary>The leader.</summary>
    public MemberVariables? Leader { get; init; }

    /// <summary>Who is to lead next.</summary>
    public MemberVariables? Candidate { get; init; }

    /// <summary>The fields that earlier calls of the same observation gave.</summary>
    public ImmutableDictionary<string, CelValue> Seen { get; init; } = ImmutableDictionary<string, CelValue>.Empty;

    internal CelActivation ToActivation()
    {
        var activation = CelActivation.Empty
            .With(ActionVariables.Set, Set.ToValue())
            .With(ActionVariables.Member, Member.ToValue())
            .With(ActionVariables.Seen, CelMap.Of(Seen));
        if (Leader is not null)
            activation = activation.With(ActionVariables.Leader, Leader.ToValue());
        return Candidate is null ? activation : activation.With(ActionVariables.Candidate, Candidate.ToValue());
    }
}

using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>A member as it is asked: who it is to expressions, and where it is.</summary>
/// <param name="PodUid">The uid of its pod: another pod of the name is another one to be asked.</param>
/// <param name="Set">The set.</param>
/// <param name="Member">The member.</param>
/// <param name="Place">Where it is.</param>
public sealed record WatchedMember(string PodUid, SetVariables Set, MemberVariables Member, MemberPlace Place);

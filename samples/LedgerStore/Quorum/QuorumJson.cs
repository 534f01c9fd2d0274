using System.Text.Json.Serialization;

namespace LedgerStore.Quorum;

/// <summary>What one member tells another about itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ClusterId">Its cluster; null while its disk is empty.</param>
/// <param name="MemberId">Its identity; null while its disk is empty.</param>
/// <param name="Leader">Who leads, as far as it knows, by name.</param>
/// <param name="Version">Its release.</param>
/// <param name="ReadsFormatsTo">The newest data format that it reads.</param>
/// <param name="Members">While it knows a leader: the identities of those who belong to the cluster, by the newest membership that it knows to be committed. Whoever was
/// removed is sent nothing more and finds itself missing here.</param>
public sealed record PeerAnswer(string Name, string? ClusterId, string? MemberId, string? Leader, string Version, int ReadsFormatsTo, IReadOnlyList<string>? Members = null);

/// <summary>A member asks to be let in.</summary>
/// <param name="ClusterId">The cluster that it means.</param>
/// <param name="MemberId">Its identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="ReadsFormatsTo">The newest data format that it reads.</param>
public sealed record JoinRequest(string ClusterId, string MemberId, string Name, int ReadsFormatsTo);

/// <summary>The answer.</summary>
/// <param name="IsMember">True when it belongs to the cluster.</param>
/// <param name="Leader">Who leads: ask that one.</param>
/// <param name="Reason">Why not.</param>
public sealed record JoinAnswer(bool IsMember, string? Leader, string? Reason);

/// <summary>How these are written.</summary>
[JsonSerializable(typeof(MemberIdentity))]
[JsonSerializable(typeof(PeerAnswer))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
public sealed partial class QuorumJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Tests.Worlds;

/// <summary>Members as they could be seen: by default three that are well, of which web-0 leads in term 4.</summary>
internal static class Members
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static SafetyLimits Limits { get; } = new(TimeSpan.FromSeconds(5), 1000);

    public static ImmutableArray<MemberObservation> Well(int count = 3, int leader = 0)
    {
        var entries = Entries(count);
        return [.. Enumerable.Range(0, count).Select(ordinal => One(ordinal, Values(ordinal, entries, leader)))];
    }

    public static ValueList<MemberEntry> Entries(int count) =>
        Enumerable.Range(0, count).Select(ordinal => new MemberEntry(Id(ordinal), Name(ordinal), null, true)).ToValueList();

    public static MemberValues Values(int ordinal, ValueList<MemberEntry> entries, int leader = 0) => new()
    {
        MemberId = Id(ordinal),
        Name = Name(ordinal),
        Role = ordinal == leader ? MemberRole.Leader : MemberRole.Follower,
        Term = 4,
        LeaderId = Id(leader),
        AppliedIndex = 100,
        CommitIndex = 100,
        IsHealthy = true,
        IsServing = true,
        Members = entries,
        Version = "1.0.0",
        DataFormat = "8",
        ReadableFormat = "8",
        ClusterId = "c1",
    };

    public static MemberObservation One(int ordinal, MemberValues values) =>
        new(Name(ordinal), ordinal, Pod(ordinal), [], new MemberReading.Known(values, TimeSpan.FromSeconds(0.5), Noon));

    public static PodFacts Pod(int ordinal) => new(
        Name(ordinal), "uid-" + Name(ordinal), "web-1", true, false, false, "node-" + Number(ordinal), "abc"[ordinal % 3].ToString(), "web:1", 0, Noon, "");

    /// <summary>The same with one member changed.</summary>
    public static ImmutableArray<MemberObservation> But(this ImmutableArray<MemberObservation> members, int ordinal, Func<MemberValues, MemberValues> change) =>
        members.SetItem(ordinal, members[ordinal] with { Reading = Said(members[ordinal]) with { Said = change(Said(members[ordinal]).Said) } });

    public static ImmutableArray<MemberObservation> Aged(this ImmutableArray<MemberObservation> members, int ordinal, double seconds) =>
        members.SetItem(ordinal, members[ordinal] with { Reading = Said(members[ordinal]) with { Age = TimeSpan.FromSeconds(seconds) } });

    public static ImmutableArray<MemberObservation> Unknown(this ImmutableArray<MemberObservation> members, int ordinal, string reason = "no answer within 2s") =>
        members.SetItem(ordinal, members[ordinal] with { Reading = new MemberReading.Unknown(reason, Noon) });

    public static ImmutableArray<MemberObservation> PodOf(this ImmutableArray<MemberObservation> members, int ordinal, Func<PodFacts, PodFacts?> change) =>
        members.SetItem(ordinal, members[ordinal] with { Pod = change(members[ordinal].Pod!) });

    public static ClusterState State(this ImmutableArray<MemberObservation> members, string clusterId = "") => ClusterState.Of(members, Limits, clusterId);

    public static string Name(int ordinal) => "web-" + Number(ordinal);

    public static string Id(int ordinal) => "m" + Number(ordinal);

    public static OperationStatus Operation(string kind, int ordinal) =>
        new() { Id = "op", Kind = kind, Member = Name(ordinal), Phase = "Begun", StartedAt = Noon, Revision = "web-2" };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static MemberReading.Known Said(MemberObservation member) => (MemberReading.Known)member.Reading;
}

using System.Collections.Concurrent;
using Holdfast.Client.Caching;
using Holdfast.Model.Stewards;
using Holdfast.Platform.Metrics;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Reporting;

/// <summary>The figures of Stewards for Prometheus: of each one what its status says of quorum, leader and work, and of all together what was done and answered.</summary>
/// <remarks>What is not known, and whatever belonged to a Steward that is gone, is <c>NaN</c>, never a number that reads as well.</remarks>
/// <param name="registry">Where they are shown.</param>
/// <param name="time">The clock.</param>
internal sealed class StewardMetrics(MetricRegistry registry, TimeProvider time)
{
    private readonly ConcurrentDictionary<ResourceKey, StewardResource> _stewards = [];
    private readonly ConcurrentDictionary<ResourceKey, bool> _shown = [];

    /// <summary>Takes a Steward as it is from now on.</summary>
    public void Look(StewardResource steward, StewardStatus status)
    {
        var key = ResourceKey.Of(steward);
        _stewards[key] = steward with { Status = status };
        if (!_shown.TryAdd(key, true))
            return;
        Show(key, "holdfast_steward_ready", "1 when all is as it is wanted, 0 when it is not.", (steward, _) => Holds(steward, "Ready"));
        Show(key, "holdfast_steward_stalled", "1 when nothing is done until somebody acts, 0 otherwise.", (steward, _) => Holds(steward, "Stalled"));
        Show(key, "holdfast_steward_voters", "Voters of the membership, whether they answer or not.", (steward, _) => steward.Quorum?.Voters);
        Show(key, "holdfast_steward_voters_well", "Voters that are known, healthy and caught up.", (steward, _) => steward.Quorum?.Healthy);
        Show(key, "holdfast_steward_quorum_margin", "Voters that may be lost while a majority remains.", (steward, _) => steward.Quorum?.Margin);
        Show(key, "holdfast_steward_has_leader", "1 when one member is known to lead, 0 when none is.", (steward, _) => steward.Leader.Length > 0 ? 1 : 0);
        Show(key, "holdfast_steward_leaderless_seconds", "For how long no member has been known to lead; 0 while one is.", (steward, now) => steward.Leader.Length == 0 && steward.Leaderless?.Since is null ? null : (now - (steward.Leaderless?.Since ?? now)).TotalSeconds);
        Show(key, "holdfast_steward_lag_entries", "How many entries the member that is furthest behind lacks.", (steward, _) => steward.Members.Max(member => member.Lag));
        Show(key, "holdfast_steward_operation_seconds", "For how long the operation that is being done has been; 0 when there is none.", (steward, now) => (now - (steward.Operation?.StartedAt ?? now)).TotalSeconds);
    }

    /// <summary>Forgets a Steward that is gone.</summary>
    public void Forget(ResourceKey key) => _stewards.TryRemove(key, out _);

    /// <summary>Counts an operation that ended by what was written to memory.</summary>
    public void Wrote(StewardMemory before, StewardMemory after)
    {
        if (before.Operation is { } operation && after.Operation?.Id != operation.Id && after.Last is { } ended)
            registry.Counter("holdfast_steward_operations_total", "Operations on members that ended, by kind and outcome.", ("kind", operation.Kind), ("outcome", ended.Outcome)).Increment();
    }

    /// <summary>Counts an answer to someone who asked that a member go.</summary>
    /// <param name="answer"><c>allowed</c>, <c>later</c>, <c>forbidden</c> or <c>overridden</c>.</param>
    public void Answered(string answer) =>
        registry.Counter("holdfast_steward_evictions_total", "Answers to evictions and deletions of members.", ("answer", answer)).Increment();

    private void Show(ResourceKey key, string name, string help, Func<StewardStatus, DateTimeOffset, double?> value) => registry.Observe(
        name, help, () => _stewards.TryGetValue(key, out var steward) ? value(steward.Status, time.GetUtcNow()) ?? double.NaN : double.NaN,
        ("namespace", key.Namespace), ("steward", key.Name));

    private static double? Holds(StewardStatus status, string type) =>
        status.Conditions.FirstOrDefault(condition => condition.Type == type)?.Status switch { "True" => 1, "False" => 0, _ => null };
}

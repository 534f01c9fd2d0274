using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Values;
using Holdfast.Steward.Observation;

namespace Holdfast.Steward.Plans;

/// <summary>The members of a model world: who belongs, who leads, in which term, and what each would say of itself.</summary>
internal sealed class ModelMembers
{
    private readonly SortedDictionary<string, MemberValues> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _zones;
    private readonly HashSet<string> _running;
    private readonly HashSet<string> _silent;
    private ImmutableArray<MemberEntry> _entries;
    private string? _leader;
    private long _term;
    private int _ids;

    public ModelMembers(ImmutableArray<MemberObservation> members)
    {
        foreach (var member in members)
        {
            _values[member.Name] = member.Reading.Values ?? new MemberValues { IsHealthy = true, IsServing = true };
        }
        var newest = members.Select(member => member.Reading.Values).Where(values => values?.Term is not null).OrderBy(values => values!.Term).ThenBy(values => values!.Role).LastOrDefault();
        _term = newest?.Term ?? 0;
        _entries = [.. newest?.Members ?? default];
        _leader = members.FirstOrDefault(member => member.Reading.Values is { Role: MemberRole.Leader } values && values.Term == _term)?.Name;
        _zones = members.Where(member => member.Pod is not null).ToDictionary(member => member.Name, member => member.Pod!.Zone, StringComparer.Ordinal);
        _running = members.Where(member => member.Pod is { IsTerminating: false }).Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        _silent = members.Where(member => member.Reading is MemberReading.Unknown).Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
    }

    public bool Runs(string name) => _running.Contains(name);

    public string? ZoneOf(string name) => _zones.GetValueOrDefault(name);

    public void Stop(string name)
    {
        _running.Remove(name);
        _silent.Remove(name);
        if (_leader == name)
        {
            _leader = null;
        }
    }

    /// <summary>A pod's process is up: a member that was there before has its disk, a new one asks to learn.</summary>
    public void Run(string name, Func<MemberValues, MemberValues> change)
    {
        var values = change(_values.GetValueOrDefault(name) ?? new MemberValues { IsHealthy = true, IsServing = true });
        // Where the membership names a member that nobody is yet, this is the one.
        values = values.MemberId is not null ? values : values with { MemberId = Unclaimed() ?? NewId() };
        _values[name] = values;
        _running.Add(name);
        _silent.Remove(name);
    }

    public void Lead(string name)
    {
        _leader = name;
        _term++;
    }

    /// <summary>Elects when nobody leads and a majority runs.</summary>
    public void Elect(IEnumerable<string> running)
    {
        var voters = running.Where(name => IsVoter(name) && !_silent.Contains(name)).ToArray();
        if ((_leader is null || !_running.Contains(_leader)) && voters.Length > _entries.Count(entry => entry.IsVoter) / 2)
        {
            Lead(voters[0]);
        }
    }

    public void Add(string name, string? id, bool isVoter)
    {
        id ??= _values.GetValueOrDefault(name)?.MemberId ?? NewId();
        if (!_entries.Any(entry => entry.Id == id))
        {
            _entries = _entries.Add(new MemberEntry(id, name, null, isVoter));
        }
    }

    public void Promote(string name)
    {
        var id = _values[name].MemberId;
        _entries = [.. _entries.Select(entry => entry.Id == id ? entry with { IsVoter = true } : entry)];
    }

    public void Remove(string id) => _entries = _entries.RemoveAll(entry => entry.Id == id);

    /// <summary>What a member says; null when it does not run, or could not be asked from the start.</summary>
    public MemberValues? Said(string name)
    {
        if (!_running.Contains(name) || _silent.Contains(name) || !_values.TryGetValue(name, out var values))
        {
            return null;
        }
        var leader = _leader is null ? null : _values[_leader];
        var entry = _entries.FirstOrDefault(entry => entry.Id == values.MemberId);
        var head = leader?.AppliedIndex ?? values.AppliedIndex ?? 0;
        return values with
        {
            Role = name == _leader ? MemberRole.Leader : entry is null ? MemberRole.None : entry.IsVoter ? MemberRole.Follower : MemberRole.Learner,
            Term = _term,
            LeaderId = leader?.MemberId,
            AppliedIndex = values.AppliedIndex ?? head,
            CommitIndex = head,
            Members = _entries.ToValueList(),
            ClusterId = values.ClusterId ?? leader?.ClusterId,
        };
    }

    private bool IsVoter(string name) => _values.GetValueOrDefault(name)?.MemberId is { } id && _entries.Any(entry => entry.Id == id && entry.IsVoter);

    private string? Unclaimed() => _entries.FirstOrDefault(entry => !_values.Values.Any(values => values.MemberId == entry.Id))?.Id;

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"new-{++_ids}");
}

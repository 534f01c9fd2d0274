namespace Holdfast.Guarantees.History;

/// <summary>
/// Judges a recording by A1 to A6 of docs/INVARIANTS.md. It knows nothing of the store: it puts what the clients were told into the
/// one order that revisions give, and replays that.
/// </summary>
internal sealed class Judge(Recording recording)
{
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<long, Told> _history = [];
    private readonly Dictionary<string, Attempt> _byValue = recording.Attempts.Where(attempt => attempt.Value.Length > 0).ToDictionary(attempt => attempt.Value);
    private readonly ILookup<(string Key, long Expected), Attempt> _deletions = recording.Attempts
        .Where(attempt => attempt is { Kind: AttemptKind.Delete, IsWrong: false }).ToLookup(attempt => (attempt.Key, attempt.Expected));

    private readonly Dictionary<string, (long Revision, string Value)> _state = [];
    private readonly HashSet<Attempt> _tookEffect = [];

    /// <summary>What is wrong, each with the letter of its invariant; empty when all holds.</summary>
    public IReadOnlyList<string> Problems()
    {
        Gather();
        Replay();
        foreach (var attempt in recording.Attempts.Where(attempt => attempt.Outcome == Outcome.Acknowledged && !_tookEffect.Contains(attempt)))
            Problem("A1/A3", $"the acknowledged {attempt} is lost");
        foreach (var stretch in recording.Stretches)
            CheckStretch(stretch);
        CheckRealTime();
        return _problems;
    }

    public static void Holds(Recording recording, ulong seed)
    {
        var problems = new Judge(recording).Problems();
        Assert.True(problems.Count == 0, $"seed {seed}: {problems.Count} violations in {recording.Attempts.Count} writes:\n{string.Join('\n', problems.Take(10))}");
    }

    /// <summary>One history from all that was told: every watch of everything, and every answer.</summary>
    private void Gather()
    {
        foreach (var told in recording.Stretches.Where(stretch => stretch.Colour.Length == 0).SelectMany(stretch => stretch.Events))
        {
            if (!_history.TryAdd(told.Revision, told) && _history[told.Revision] != told)
                Problem("A1", $"revision {told.Revision} was told as {_history[told.Revision]} and as {told}");
        }
        foreach (var attempt in recording.Attempts.Where(attempt => attempt is { Outcome: Outcome.Acknowledged, Revision: > 0 }))
        {
            var answered = new Told(attempt.Revision, attempt.Kind == AttemptKind.Create ? "ADDED" : "MODIFIED", attempt.Key, attempt.Value);
            if (!_history.TryAdd(attempt.Revision, answered) && _history[attempt.Revision] != answered)
                Problem("A1", $"the answer to {attempt} does not match what was told of its revision: {_history[attempt.Revision]}");
        }
    }

    private void Replay()
    {
        var lists = new Queue<Listed>(recording.Lists.OrderBy(list => list.Revision));
        foreach (var told in _history.Values)
        {
            while (lists.TryPeek(out var list) && list.Revision < told.Revision)
                CheckList(lists.Dequeue());
            Apply(told);
        }
        while (lists.TryDequeue(out var rest))
            CheckList(rest);
    }

    private void Apply(Told told)
    {
        var isThere = _state.TryGetValue(told.Key, out var before);
        if (told.Type == "ADDED" == isThere)
            Problem("A1", $"{told} does not follow from what was there: {(isThere ? before.ToString() : "nothing")}");
        if (told.Type == "DELETED")
        {
            if (told.Value != before.Value)
                Problem("A4", $"{told} shows another object than the last, which was {before}");
            TookEffect(told, _deletions[(told.Key, before.Revision)].MinBy(attempt => attempt.Outcome switch { Outcome.Acknowledged => 0, Outcome.Unknown => 1, _ => 2 }), before.Revision);
            _state.Remove(told.Key);
            return;
        }
        TookEffect(told, _byValue.GetValueOrDefault(told.Value), isThere ? before.Revision : 0);
        _state[told.Key] = (told.Revision, told.Value);
    }

    private void TookEffect(Told told, Attempt? attempt, long before)
    {
        if (attempt is null || attempt.Key != told.Key)
            Problem("A1", $"{told} was never attempted");
        else if (!_tookEffect.Add(attempt))
            Problem("A1", $"{attempt} took effect twice, again as {told}");
        else if (attempt.Outcome == Outcome.Refused)
            Problem("A1", $"the refused {attempt} took effect as {told}");
        else if (attempt.IsWrong || (attempt.Expected > 0 && attempt.Expected != before))
            Problem("A6", $"{attempt} succeeded as {told}, when the object was at revision {before}");
    }

    private void CheckList(Listed list)
    {
        var expected = _state.Where(pair => Matches(list.Colour, pair.Value.Value)).ToDictionary();
        foreach (var (key, found) in list.Objects)
        {
            if (!expected.Remove(key, out var should) || should != found)
                Problem("A3", $"a list at revision {list.Revision} shows {key} as {found}; it was {(should.Value is null ? "not there" : should)}");
        }
        foreach (var (key, missing) in expected)
            Problem("A1", $"a list at revision {list.Revision} lacks {key}, which was {missing}");
    }

    private void CheckStretch(Stretch stretch)
    {
        var expected = Expected(stretch).ToList();
        if (expected.SequenceEqual(stretch.Events))
            return;
        var at = expected.Zip(stretch.Events).TakeWhile(pair => pair.First == pair.Second).Count();
        Problem("A4", $"{stretch.Watch}, from {stretch.From} to {stretch.To}, has {Nth(stretch.Events, at)} where {Nth(expected, at)} should be (event {at} of {expected.Count})");
    }

    private IEnumerable<Told> Expected(Stretch stretch)
    {
        var last = new Dictionary<string, string>();
        foreach (var told in _history.Values.TakeWhile(told => told.Revision <= stretch.To))
        {
            var wasThere = last.TryGetValue(told.Key, out var before) && Matches(stretch.Colour, before);
            var isThere = told.Type != "DELETED" && Matches(stretch.Colour, told.Value);
            last[told.Key] = told.Value;
            if (told.Type == "DELETED")
                last.Remove(told.Key);
            if (told.Revision <= stretch.From || (!wasThere && !isThere))
                continue;
            // An object that ceased to match is told as it last was when it did.
            yield return (wasThere, isThere) switch
            {
                (false, _) => told with { Type = "ADDED" },
                (_, true) => told with { Type = "MODIFIED" },
                _ => told with { Type = "DELETED", Value = before! },
            };
        }
    }

    /// <summary>Who was answered before another began is before it; a list of the newest shows all that was answered before it.</summary>
    private void CheckRealTime()
    {
        var ends = recording.Attempts.Where(attempt => attempt is { Outcome: Outcome.Acknowledged, Revision: > 0 }).Select(attempt => (attempt.Ended, attempt.Revision, What: attempt.ToString()))
            .Concat(recording.Lists.Select(list => (list.Ended, list.Revision, What: "a list"))).OrderBy(end => end.Ended).ToList();
        var starts = recording.Attempts.Where(attempt => attempt is { Outcome: Outcome.Acknowledged, Revision: > 0 }).Select(attempt => (attempt.Started, Least: attempt.Revision - 1, What: attempt.ToString()))
            .Concat(recording.Lists.Where(list => list.IsNewest).Select(list => (list.Started, Least: list.Revision, What: $"a list at revision {list.Revision}"))).OrderBy(start => start.Started);
        var (next, highest, by) = (0, 0L, "");
        foreach (var (started, least, what) in starts)
        {
            for (; next < ends.Count && ends[next].Ended < started; next++)
            {
                if (ends[next].Revision > highest)
                    (highest, by) = (ends[next].Revision, ends[next].What);
            }
            if (least < highest)
                Problem("A2", $"{what} is before {by}, which was answered before it began");
        }
    }

    private bool Matches(string colour, string value) => colour.Length == 0 || _byValue.GetValueOrDefault(value)?.Colour == colour;

    private static string Nth(List<Told> events, int at) => at < events.Count ? events[at].ToString() : "nothing more";

    private void Problem(string letter, string text) => _problems.Add($"{letter}: {text}");
}

using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Model.Batch;

/// <summary>Indexes of a Job's pods, written as Kubernetes writes them: <c>1,3-5,7</c>. Immutable and sorted.</summary>
public sealed class CompletionIndexes
{
    private readonly ImmutableArray<(int First, int Last)> _ranges;

    private CompletionIndexes(ImmutableArray<(int First, int Last)> ranges) => _ranges = ranges;

    /// <summary>No index.</summary>
    public static CompletionIndexes None { get; } = new([]);

    /// <summary>How many indexes there are.</summary>
    public int Count => _ranges.Sum(range => range.Last - range.First + 1);

    /// <summary>The indexes of a text; what is malformed or not below the number of completions is left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="completions">How many indexes the Job has.</param>
    public static CompletionIndexes Of(string text, int completions)
    {
        var indexes = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryRange(part, completions, out var first, out var last, out _))
            {
                indexes.UnionWith(Enumerable.Range(first, last - first + 1));
            }
        }
        return From(indexes);
    }

    /// <summary>The given indexes.</summary>
    /// <param name="indexes">The indexes, in any order; repeats do no harm.</param>
    public static CompletionIndexes From(IEnumerable<int> indexes)
    {
        var ranges = ImmutableArray.CreateBuilder<(int First, int Last)>();
        foreach (var index in indexes.Distinct().Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == index - 1)
            {
                ranges[^1] = (ranges[^1].First, index);
            }
            else
            {
                ranges.Add((index, index));
            }
        }
        return ranges.Count == 0 ? None : new(ranges.ToImmutable());
    }

    /// <summary>Whether an index is among them.</summary>
    /// <param name="index">The index.</param>
    public bool Contains(int index) => _ranges.Any(range => index >= range.First && index <= range.Last);

    /// <summary>These and more.</summary>
    /// <param name="indexes">The others.</param>
    public CompletionIndexes With(IEnumerable<int> indexes) => From(All().Concat(indexes));

    /// <summary>Each index, in order.</summary>
    public IEnumerable<int> All() => _ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1));

    /// <summary>What is wrong with a text; null when nothing is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="completions">How many indexes the Job has.</param>
    /// <param name="count">How many indexes it names.</param>
    public static string? Problem(string text, int completions, out int count)
    {
        count = 0;
        var previous = -1;
        foreach (var part in text.Length == 0 ? [] : text.Split(','))
        {
            if (!TryRange(part, completions, out var first, out var last, out var problem))
            {
                count = 0;
                return problem;
            }
            if (previous >= first)
            {
                count = 0;
                return string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {previous}, current: {first}");
            }
            (count, previous) = (count + last - first + 1, last);
        }
        return null;
    }

    /// <summary>As a status has it: two indexes that follow one another are separated by a comma, more are a range.</summary>
    public override string ToString() => string.Join(',', _ranges.Select(range =>
        range.First == range.Last ? Text(range.First)
        : range.Last == range.First + 1 ? $"{Text(range.First)},{Text(range.Last)}"
        : $"{Text(range.First)}-{Text(range.Last)}"));

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static bool TryRange(string part, int completions, out int first, out int last, out string problem)
    {
        (first, last) = (0, 0);
        var limits = part.Split('-');
        if (limits.Length > 2)
        {
            problem = $"the fragment \"{part}\" violates the requirement that an index interval can have at most two parts separated by '-'";
            return false;
        }
        if (!TryIndex(limits[0], out first))
        {
            problem = $"cannot convert string to integer for index: \"{limits[0]}\"";
            return false;
        }
        last = first;
        if (first >= completions)
        {
            problem = $"too large index: \"{limits[0]}\"";
            return false;
        }
        if (limits.Length == 2)
        {
            if (!TryIndex(limits[1], out last))
            {
                problem = $"cannot convert string to integer for index: \"{limits[1]}\"";
                return false;
            }
            if (last >= completions)
            {
                problem = $"too large index: \"{limits[1]}\"";
                return false;
            }
            if (first >= last)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"non-increasing order, previous: {first}, current: {last}");
                return false;
            }
        }
        problem = "";
        return true;
    }

    private static bool TryIndex(string text, out int index) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace LedgerStore.Tests.Quorum;

/// <summary>What clients saw, and whether one ledger, used by one client at a time, could have shown it.</summary>
/// <remarks>Linearizability (Herlihy and Wing) on the ledger's model. An append answers its place and a read the newest place, so the only order that could
/// explain them is that of the places: each append at its own, each read between its place and the next. Nothing is left to search, unlike in the
/// general case (Wing and Gong): it only remains to see that the order contradicts no two operations of which one had ended before the other began.</remarks>
public sealed class LedgerHistory
{
    private readonly ConcurrentQueue<Operation> operations = [];

    public int Count => operations.Count;

    public IEnumerable<Operation> Appends => operations.Where(static operation => operation.IsAppend);

    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>An append that was acknowledged.</summary>
    public void Appended(long began, long place, string data) => operations.Enqueue(new Operation(true, began, Now, place, data));

    /// <summary>A read that was answered.</summary>
    public void Read(long began, long place) => operations.Enqueue(new Operation(false, began, Now, place, null));

    /// <summary>For a history that is made by hand.</summary>
    public void Add(Operation operation) => operations.Enqueue(operation);

    /// <summary>Null when it is linearizable, else two operations that contradict each other.</summary>
    public string? Contradiction()
    {
        var begun = operations.OrderBy(static operation => operation.Began).ToList();
        var ended = new Queue<Operation>(operations.OrderBy(static operation => operation.Ended));
        Operation? furthest = null;
        foreach (var next in begun)
        {
            while (ended.TryPeek(out var earlier) && earlier.Ended < next.Began)
            {
                if (furthest is null || earlier.Position > furthest.Position)
                    furthest = earlier;
                ended.Dequeue();
            }
            if (furthest is not null && next.Position < furthest.Position)
                return $"{next} began after {furthest} had ended";
        }
        return Appends.GroupBy(static append => append.Place).FirstOrDefault(static place => place.Count() > 1) is { } twice
            ? $"place {twice.Key} was given twice: {string.Join(" and ", twice)}"
            : null;
    }

    /// <summary>Something a client did.</summary>
    public sealed record Operation(bool IsAppend, long Began, long Ended, long Place, string? Data)
    {
        // A read stands behind the append of its place, and before the next.
        public long Position => (2 * Place) + (IsAppend ? 0 : 1);
    }
}

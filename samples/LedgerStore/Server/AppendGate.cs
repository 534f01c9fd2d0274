namespace LedgerStore.Server;

/// <summary>Counts the appends under way, bounds their number and bytes, and knows when the last has ended once no new ones may
/// come in.</summary>
public sealed class AppendGate
{
    private const int MaxUnderWay = 2048;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int underWay;
    private long bytesUnderWay;
    private bool isShut;

    /// <summary>True once no new appends may come in.</summary>
    public bool IsShut => Volatile.Read(ref isShut);

    /// <summary>Appends under way.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    /// <summary>Lets an append in, or says why not. Whoever was let in must <see cref="Leave"/>.</summary>
    public LedgerError? Enter(long bytes)
    {
        lock (gate)
        {
            if (isShut)
                return LedgerError.Draining;
            if (underWay >= MaxUnderWay || bytesUnderWay + bytes > MaxBytes)
                return LedgerError.Overloaded;
            underWay++;
            bytesUnderWay += bytes;
            return null;
        }
    }

    /// <summary>An append that was let in has been answered.</summary>
    public void Leave(long bytes)
    {
        lock (gate)
        {
            underWay--;
            bytesUnderWay -= bytes;
            if (isShut && underWay == 0)
                empty.TrySetResult();
        }
    }

    /// <summary>Lets nothing more in; the task completes when nothing is under way.</summary>
    public Task Shut()
    {
        lock (gate)
        {
            isShut = true;
            if (underWay == 0)
                empty.TrySetResult();
            return empty.Task;
        }
    }
}

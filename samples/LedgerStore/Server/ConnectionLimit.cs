using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server;

/// <summary>Bounds the connections of a port without ever shutting it: when there are as many as may be, the one that has been idle for longest is closed
/// to make room for the new one. Whoever holds connections and says nothing cannot keep a probe from being answered; whoever is being answered is not cut off.</summary>
/// <param name="most">The most connections.</param>
/// <param name="time">The clock.</param>
public sealed class ConnectionLimit(int most, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly HashSet<Seat> seats = [];

    /// <summary>Connections that are open.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return seats.Count;
        }
    }

    /// <summary>Lets connections in.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var seat = new Seat(connection, time.GetTimestamp());
        if (!TrySeat(seat))
        {
            connection.Abort(new ConnectionAbortedException("every connection that there may be is at work"));
            return;
        }
        connection.Features.Set(seat);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(seat);
        }
    };

    /// <summary>Notes on which connections requests are under way.</summary>
    public RequestDelegate Guard(RequestDelegate next) => async context =>
    {
        var seat = context.Features.GetRequiredFeature<Seat>();
        if (!seat.TryBegin())
        {
            // Its connection was given to another one: nothing of the request is done.
            context.Abort();
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            seat.End(time.GetTimestamp());
        }
    };

    private bool TrySeat(Seat seat)
    {
        Seat? evicted = null;
        lock (gate)
        {
            if (seats.Count >= most)
            {
                evicted = EvictLongestIdle();
                if (evicted is null)
                    return false;
            }
            seats.Add(seat);
        }
        // Outside the lock: whatever ends with the connection may run at once.
        evicted?.Connection.Abort(new ConnectionAbortedException("it was idle for longer than any other, and room was needed"));
        return true;
    }

    private Seat? EvictLongestIdle()
    {
        while (seats.Where(static seat => seat.IsIdle).MinBy(static seat => seat.IdleSince) is { } longest)
        {
            // A request may have begun on it just now.
            if (!longest.TryEvict())
                continue;
            seats.Remove(longest);
            return longest;
        }
        return null;
    }

    private void Leave(Seat seat)
    {
        lock (gate)
            seats.Remove(seat);
    }

    private sealed class Seat(ConnectionContext connection, long openedAt)
    {
        private const int Evicted = -1;
        private int requests;
        private long idleSince = openedAt;

        public ConnectionContext Connection => connection;

        public bool IsIdle => Volatile.Read(ref requests) == 0;

        public long IdleSince => Volatile.Read(ref idleSince);

        public bool TryBegin()
        {
            for (var seen = Volatile.Read(ref requests); seen != Evicted; seen = Volatile.Read(ref requests))
            {
                if (Interlocked.CompareExchange(ref requests, seen + 1, seen) == seen)
                    return true;
            }
            return false;
        }

        public void End(long now)
        {
            Volatile.Write(ref idleSince, now);
            Interlocked.Decrement(ref requests);
        }

        public bool TryEvict() => Interlocked.CompareExchange(ref requests, Evicted, 0) == 0;
    }
}

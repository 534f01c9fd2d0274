namespace LedgerStore.Raft;

/// <summary>How a leader sends to a follower.</summary>
public enum SendState
{
    /// <summary>One message at a time, until it is known where the logs agree.</summary>
    Probe,

    /// <summary>Many at a time, as far as the window lets.</summary>
    Replicate,

    /// <summary>A snapshot, since what it lacks is no longer in the log.</summary>
    Snapshot,
}

/// <summary>What a leader knows of a follower (Raft, figure 2: nextIndex and matchIndex), and how it sends to it.</summary>
/// <param name="options">The bounds.</param>
/// <param name="next">The first entry to send.</param>
public sealed class FollowerProgress(RaftOptions options, long next)
{
    /// <summary>Everything to here is durable there.</summary>
    public long Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public long Next { get; private set; } = next;

    /// <summary>How it is sent to.</summary>
    public SendState State { get; private set; } = SendState.Probe;

    /// <summary>True when it has been heard of since the last check of the quorum.</summary>
    public bool IsActive { get; set; }

    /// <summary>While probing: a probe is under way.</summary>
    public bool IsProbeSent { get; set; }

    /// <summary>While sending a snapshot: which.</summary>
    public SnapshotMark? Snapshot { get; private set; }

    /// <summary>While sending a snapshot: the position of the piece under way.</summary>
    public long SnapshotPosition { get; set; }

    /// <summary>The newest round of heartbeats that it answered.</summary>
    public long Round { get; set; }

    /// <summary>The tick at which it last answered.</summary>
    public long HeardAt { get; set; }

    /// <summary>What is under way.</summary>
    public InflightWindow Inflight { get; } = new(options.MaxInflightMessages, options.MaxInflightBytes);

    /// <summary>True when nothing may be sent for now.</summary>
    public bool IsPaused => State switch
    {
        SendState.Probe => IsProbeSent,
        SendState.Replicate => Inflight.IsFull,
        _ => true,
    };

    /// <summary>The logs agree up to <see cref="Match"/>: send ahead.</summary>
    public void BecomeReplicate()
    {
        Reset(SendState.Replicate);
        Next = Match + 1;
    }

    /// <summary>Find out again where the logs agree.</summary>
    public void BecomeProbe()
    {
        Reset(SendState.Probe);
        Next = Match + 1;
    }

    /// <summary>Send a snapshot, beginning with the offer.</summary>
    public void BecomeSnapshot(SnapshotMark mark)
    {
        Reset(SendState.Snapshot);
        (Snapshot, SnapshotPosition) = (mark, -1);
    }

    /// <summary>It has everything to <paramref name="index"/>; false when that was known.</summary>
    public bool Acknowledge(long index)
    {
        Next = Math.Max(Next, index + 1);
        if (index <= Match)
            return false;
        Match = index;
        IsProbeSent = false;
        return true;
    }

    /// <summary>Its log differs at <paramref name="rejected"/>; false when the answer is an old one.</summary>
    public bool Reject(long rejected, long hint)
    {
        if (State == SendState.Replicate)
        {
            if (rejected <= Match)
                return false;
            BecomeProbe();
            return true;
        }
        if (State != SendState.Probe || Next - 1 != rejected)
            return false;
        Next = Math.Max(Math.Min(rejected, hint + 1), Match + 1);
        IsProbeSent = false;
        return true;
    }

    /// <summary>Notes that entries up to <paramref name="last"/> were sent.</summary>
    public void Sent(long last, int count, int bytes)
    {
        if (State == SendState.Replicate && count > 0)
        {
            Next = last + 1;
            Inflight.Add(last, bytes);
        }
        else if (State == SendState.Probe)
        {
            IsProbeSent = true;
        }
    }

    private void Reset(SendState state)
    {
        State = state;
        IsProbeSent = false;
        Inflight.Clear();
        if (state != SendState.Snapshot)
            (Snapshot, SnapshotPosition) = (null, -1);
    }
}

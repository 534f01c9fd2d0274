namespace Holdfast.ApiServer;

/// <summary>How much of the server its clients can take up at once.</summary>
public sealed record RequestBounds
{
    /// <summary>How many reading requests of one level are served at a time; others wait their flow's turn.</summary>
    public int ReadingSeats { get; init; } = 200;

    /// <summary>How many writing requests of one level are served at a time.</summary>
    public int WritingSeats { get; init; } = 100;

    /// <summary>How many requests of one flow, such as a user, may wait; more are answered 429.</summary>
    public int WaitingPerFlow { get; init; } = 100;

    /// <summary>How many requests of one level may wait, whoever's they are.</summary>
    public int WaitingPerLevel { get; init; } = 2000;

    /// <summary>How long a request waits for its turn before it is answered 429.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a request may take that is not a stream; a client may ask for less by <c>timeout</c>.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many watches one user may have open over the network.</summary>
    public int WatchesPerUser { get; init; } = 4000;

    /// <summary>How many watches may be open over the network.</summary>
    public int Watches { get; init; } = 10_000;

    /// <summary>How long a watcher may leave what is sent to it unread before it is cut.</summary>
    public TimeSpan WatchStall { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many TCP connections may be open.</summary>
    public int Connections { get; init; } = 4096;
}

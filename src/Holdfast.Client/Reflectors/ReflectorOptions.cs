namespace Holdfast.Client.Reflectors;

/// <summary>How a reflector asks.</summary>
public sealed record ReflectorOptions
{
    /// <summary>How long it waits after failures.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30));

    /// <summary>How many objects it asks for at once.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>How long one page may take.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a watch may be silent, bookmarks included, before it is taken for dead and opened again where it was. Servers send
    /// a bookmark about every minute.
    /// </summary>
    public TimeSpan WatchPatience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A watch that lasted so long was of use, even when it told nothing.</summary>
    public TimeSpan UsefulAfter { get; init; } = TimeSpan.FromSeconds(10);
}

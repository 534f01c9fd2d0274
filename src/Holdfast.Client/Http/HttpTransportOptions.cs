namespace Holdfast.Client.Http;

/// <summary>The bounds of requests over HTTP.</summary>
public sealed record HttpTransportOptions
{
    /// <summary>How long a request for one object, or for one page, may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(34);

    /// <summary>When the server is asked to end a watch.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>How many objects are asked for at once when a caller wants all of them.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The most bytes of an answer.</summary>
    public int MaxAnswerBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>The most bytes of one event of a watch.</summary>
    public int MaxLineBytes { get; init; } = 16 * 1024 * 1024;
}

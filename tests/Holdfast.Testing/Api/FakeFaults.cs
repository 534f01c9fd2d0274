using Holdfast.Client;

namespace Holdfast.Testing.Api;

/// <summary>What happens to one request instead of its ordinary course.</summary>
public enum FakeFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The request is lost: it takes no effect and there is no answer.</summary>
    LoseRequest,

    /// <summary>The answer is lost: the request takes effect and there is no answer.</summary>
    LoseAnswer,

    /// <summary>The server refuses with a conflict.</summary>
    Conflict,

    /// <summary>The server refuses with an internal error.</summary>
    ServerError,
}

/// <summary>The faults of a <see cref="FakeApiTransport"/>; they can be changed at any time.</summary>
public sealed class FakeFaults
{
    /// <summary>Namespaces that are on their way out: nothing can be made in them.</summary>
    public ISet<string> EndingNamespaces { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Decides about each request; none by default.</summary>
    public Func<ApiCall, FakeFault> OnCall { get; set; } = _ => FakeFault.None;

    /// <summary>What each listing fails with, or null.</summary>
    public Func<ListQuery, ApiException?> OnList { get; set; } = _ => null;

    /// <summary>What each new watch fails with, or null.</summary>
    public Func<ListQuery, ApiException?> OnWatch { get; set; } = _ => null;

    /// <summary>How many of the newest revisions watches do not tell yet: a stale cache.</summary>
    public ulong WatchLag { get; set; }

    /// <summary>How many of the newest revisions listings do not show yet: the past again.</summary>
    public ulong ListLag { get; set; }

    /// <summary>Whether watches tell every event twice.</summary>
    public bool RepeatEvents { get; set; }
}

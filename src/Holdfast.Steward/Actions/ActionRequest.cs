using System.Collections.Immutable;

namespace Holdfast.Steward.Actions;

/// <summary>One request to a member, as data: what an action becomes for one member at one time.</summary>
public abstract record ActionRequest
{
    private protected ActionRequest()
    {
    }

    /// <summary>How long it may take until its answer is complete.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The most bytes of an answer.</summary>
    public int MaximumBytes { get; init; } = 1024 * 1024;
}

/// <summary>A request over HTTP.</summary>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Port">The port of the pod, by number or by its name in the container; empty for the scheme's own.</param>
/// <param name="PathAndQuery">Begins with a slash; escaped already.</param>
public sealed record HttpActionRequest(string Method, string Scheme, string Port, string PathAndQuery) : ActionRequest
{
    /// <summary>What is sent; null for nothing.</summary>
    public string? Body { get; init; }

    /// <summary>The media type of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Headers besides.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>A command in the member's pod.</summary>
/// <param name="Command">The program and its arguments; no shell reads them.</param>
public sealed record ExecActionRequest(ImmutableArray<string> Command) : ActionRequest
{
    /// <summary>The container; empty for the pod's only or default one.</summary>
    public string Container { get; init; } = "";

    /// <summary>What the command reads; empty for nothing.</summary>
    public string Input { get; init; } = "";
}

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>How much of each request the audit log tells.</summary>
public enum AuditLevel
{
    /// <summary>Nothing: there is no log.</summary>
    None,

    /// <summary>Who asked for what, when, and how it was answered.</summary>
    Metadata,

    /// <summary>And the body that was sent.</summary>
    Request,

    /// <summary>And the object that was answered.</summary>
    RequestResponse,
}

/// <summary>How the audit log is kept: <c>audit.log</c> in the data folder, older files beside it as <c>audit.log.1</c> and on.</summary>
public sealed record AuditOptions
{
    /// <summary>How much is told. Bodies of Secrets, ConfigMaps and whatever carries tokens are never told.</summary>
    public AuditLevel Level { get; init; } = AuditLevel.Metadata;

    /// <summary>How large the file grows before it is begun anew.</summary>
    public long MaximumBytes { get; init; } = 64L << 20;

    /// <summary>How many older files are kept.</summary>
    public int OldFiles { get; init; } = 5;

    /// <summary>How long older files are kept.</summary>
    public TimeSpan OldFileAge { get; init; } = TimeSpan.FromDays(30);
}

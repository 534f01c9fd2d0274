using System.Collections.Immutable;

namespace Holdfast.Steward.Actions;

/// <summary>Where a member is reached.</summary>
/// <param name="Namespace">Its pod's namespace.</param>
/// <param name="Pod">Its pod's name.</param>
/// <param name="Address">Its pod's address; empty while it has none.</param>
public sealed record MemberPlace(string Namespace, string Pod, string Address)
{
    /// <summary>The name that its certificate must carry.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>The ports of its containers, by name.</summary>
    public ImmutableDictionary<string, int> Ports { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>What secures requests over HTTPS; null for the machine's own authorities and no certificate.</summary>
    public MemberCertificates? Certificates { get; init; }
}

/// <summary>What secures requests to members.</summary>
/// <param name="AuthorityPem">The authorities that a member's certificate must come from; empty for the machine's own.</param>
/// <param name="CertificatePem">The certificate that is shown to the member; empty for none.</param>
/// <param name="KeyPem">Its key.</param>
public sealed record MemberCertificates(string AuthorityPem, string CertificatePem, string KeyPem)
{
    /// <inheritdoc/>
    public override string ToString() => "certificates for members";
}

/// <summary>Brings requests to members. The simulator has one of its own.</summary>
public interface IMemberDoor
{
    /// <summary>Sends a request and gives what came of it; whatever goes wrong at the member is an outcome, not an exception.</summary>
    /// <param name="place">Where the member is.</param>
    /// <param name="request">The request, with its own time limit and bound of size.</param>
    /// <param name="cancellationToken">Ends the wait; the request may still take effect.</param>
    Task<ActionOutcome> SendAsync(MemberPlace place, ActionRequest request, CancellationToken cancellationToken);
}

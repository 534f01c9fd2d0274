namespace Holdfast.ApiServer.Security;

/// <summary>What a client needs to reach the server as somebody: for kubeconfigs and for HTTP clients.</summary>
/// <param name="Server">The server's address, such as <c>https://127.0.0.1:6443</c>.</param>
/// <param name="AuthorityPem">The authority to trust.</param>
/// <param name="Certificate">The client's certificate and key.</param>
/// <param name="Token">A bearer token; empty for none.</param>
public sealed record ClusterCredentials(Uri Server, string AuthorityPem, ClientCertificate Certificate, string Token)
{
    /// <inheritdoc/>
    public override string ToString() => $"credentials for {Server}";
}

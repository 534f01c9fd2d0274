namespace Holdfast.Node.Probes;

/// <summary>How the agent reaches its pods, for probes and hooks; the simulator puts its own network here.</summary>
public interface IPodNetwork
{
    /// <summary>Asks by HTTP and gives the answer's status code. Certificates are not checked; other hosts' redirects are not followed.</summary>
    /// <param name="address">What is asked for.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PodNetworkException">There was no answer in time.</exception>
    Task<int> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Opens a TCP connection and closes it again.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">Port.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PodNetworkException">There was no connection in time.</exception>
    Task ConnectAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A pod could not be reached.</summary>
/// <param name="message">What happened, as probes report it.</param>
/// <param name="innerException">The cause.</param>
public sealed class PodNetworkException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A network on which everything answers: for runtimes that run nothing.</summary>
public sealed class SilentPodNetwork : IPodNetwork
{
    /// <inheritdoc/>
    public Task<int> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, TimeSpan timeout, CancellationToken cancellationToken) => Task.FromResult(200);

    /// <inheritdoc/>
    public Task ConnectAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken) => Task.CompletedTask;
}

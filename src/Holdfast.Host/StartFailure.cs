using System.Net.Sockets;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>Turns what can go wrong at a start into one line that says what to do.</summary>
internal static class StartFailure
{
    /// <summary>The explanation, or null when the failure is nobody's but the program's own.</summary>
    internal static ClusterException? Explain(Exception error, EmbeddedClusterOptions options) => error switch
    {
        ClusterException explained => explained,
        DataFolderInUseException held => new($"{held.Message}", held),
        StoreFormatException or StoreCorruptException or StoreUnavailableException => new(error.Message, error),
        IOException { InnerException: SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } } or IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            new($"port {options.Port} on 127.0.0.1 is in use by another program: stop that one, or choose another with --port (0 takes any that is free).", error),
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            new($"port {options.Port} may not be used by this user: choose one above 1023 with --port.", error),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } or IOException { InnerException: SocketException { SocketErrorCode: SocketError.AddressNotAvailable } } =>
            new($"{options.Address} is no address of this machine: choose one that it has with --address.", error),
        UnauthorizedAccessException or IOException => new(error.Message, error),
        _ => null,
    };
}

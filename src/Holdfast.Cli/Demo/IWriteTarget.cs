namespace Holdfast.Cli.Demo;

/// <summary>A member that takes writes.</summary>
internal interface IWriteTarget
{
    /// <summary>Writes once under a client's own sequence, so that a repeat does no harm.</summary>
    /// <returns>Where it was written when it was acknowledged; null when that is open.</returns>
    /// <exception cref="HttpRequestException">The member could not be asked.</exception>
    Task<long?> TryAppendAsync(string text, string client, long sequence, CancellationToken cancellationToken);
}

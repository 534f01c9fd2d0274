using Holdfast.Store.Backups;

namespace Holdfast.Cli.Screens;

/// <summary>Copies what a server sends, and tells a server that broke off from a disk that failed.</summary>
internal static class ReceivedStream
{
    internal static async Task CopyAsync(Stream body, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(body, buffer, cancellationToken) is > 0 and var count)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw new BackupException($"the cluster broke off while it sent the backup ({error.Message}); no file was written: make it again", error);
        }
    }
}

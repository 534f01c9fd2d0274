using System.Globalization;

namespace LedgerStore.Storage;

/// <summary>The member's folder, held by this process alone. The lock is the kernel's and goes with the process, also when
/// that is killed.</summary>
public sealed class DataFolder : IDisposable
{
    private const string LockName = "LOCK";
    private readonly FileStream holder;

    private DataFolder(string path, FileStream holder) => (Path, this.holder) = (path, holder);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Makes the folder if it is not there and takes hold of it.</summary>
    /// <exception cref="DataFolderException">It cannot be made or written, or another process holds it.</exception>
    public static DataFolder Hold(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            return new DataFolder(full, TakeLock(System.IO.Path.Combine(full, LockName)));
        }
        catch (UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"the data folder {full} cannot be written by user {Environment.UserName}: " +
                "give it that owner (fsGroup does so in a pod), or name another with --data");
        }
        catch (IOException failure)
        {
            throw new DataFolderException(
                $"the data folder {full} cannot be used: {failure.Message}; name another with --data");
        }
    }

    /// <inheritdoc />
    public void Dispose() => holder.Dispose();

    private static FileStream TakeLock(string lockPath)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(lockPath) && HolderOf(lockPath) is { } holder)
        {
            throw new DataFolderException(
                $"the data folder {System.IO.Path.GetDirectoryName(lockPath)} is held by process {holder}; " +
                "two members must never share one: end that process, or name another folder with --data");
        }
        WriteHolder(stream, lockPath);
        return stream;
    }

    // The process id only helps a person to find the holder; a disk too full to note it must not keep a member from serving reads.
    private static void WriteHolder(FileStream stream, string lockPath)
    {
        try
        {
            stream.SetLength(0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            stream.Flush();
        }
        catch (IOException failure) when (DurableFile.IsDiskFull(failure))
        {
            Console.Out.WriteLine($"{lockPath}: no room to note the process id; the lock itself holds");
        }
    }

    private static string? HolderOf(string lockPath)
    {
        using var reader = new StreamReader(new FileStream(lockPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd() is { Length: > 0 } text ? text : "unknown";
    }
}

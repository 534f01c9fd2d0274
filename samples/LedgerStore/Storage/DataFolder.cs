using System.Globalization;

namespace LedgerStore.Storage;

/// <summary>The member's folder, held by this process alone. The lock is the kernel's and goes with the process, also when
/// that is killed.</summary>
public sealed class DataFolder : IDisposable
{
    // A file of its own for the process id: the lock keeps others from reading the locked one.
    private const string LockName = "LOCK";
    private const string HolderName = "HOLDER";
    // As errno has them: the platform passes them on as they are.
    private const int HeldByAnother = 11;
    private const int InputOutput = 5;
    private const int ReadOnly = 30;
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
            return new DataFolder(full, TakeLock(full));
        }
        catch (UnauthorizedAccessException)
        {
            throw new DataFolderException(
                $"the data folder {full} cannot be written by the user that the member runs as: " +
                "give it that owner (fsGroup does so in a pod), or name another with --data");
        }
        catch (IOException failure)
        {
            throw new DataFolderException(
                $"the data folder {full} cannot be used: {failure.Message}; {AdviceOn(failure)}");
        }
    }

    /// <summary>What to do about an error of the disk under a data folder.</summary>
    public static string AdviceOn(IOException failure) => failure.HResult switch
    {
        ReadOnly => "its volume is mounted read-only: mount it writable; when it was, its file system found an error and the kernel's log says which: mend that first",
        InputOutput => "the disk failed: look at the kernel's log, keep the volume as evidence, and let the member come back on another disk",
        _ when DurableFile.IsDiskFull(failure) => "grow the volume, or make room on it",
        _ => "mend that, or name another folder with --data",
    };

    /// <inheritdoc />
    public void Dispose() => holder.Dispose();

    private static FileStream TakeLock(string folder)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(
                System.IO.Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure.HResult == HeldByAnother)
        {
            var holder = HolderOf(folder) ?? "unknown";
            throw new DataFolderException(
                $"the data folder {folder} is held by process {holder}; " +
                "two members must never share one: end that process, or name another folder with --data");
        }
        try
        {
            NoteHolder(folder);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // The process id only helps a person to find the holder; a disk too full to note it must not keep a member from serving reads.
    private static void NoteHolder(string folder)
    {
        var path = System.IO.Path.Combine(folder, HolderName);
        try
        {
            File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException failure) when (DurableFile.IsDiskFull(failure))
        {
            Console.Out.WriteLine($"{path}: no room to note the process id; the lock itself holds");
        }
    }

    // Null when it has not noted itself yet.
    private static string? HolderOf(string folder)
    {
        var path = System.IO.Path.Combine(folder, HolderName);
        return !File.Exists(path) ? null : File.ReadAllText(path) is { Length: > 0 } text ? text : "unknown";
    }
}

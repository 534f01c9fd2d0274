using System.Globalization;

namespace Holdfast.Store;

/// <summary>
/// The exclusive hold of one process on a data folder. The operating system lets go of it when the process ends,
/// however it ends, so that what a dead process left behind is never in the way.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // What opening a file that another process has locked answers.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    // What writing to a full disk, or over a quota, answers.
    private const int NoSpaceLeft = 28;
    private const int LinuxQuotaExceeded = 122;

    private readonly FileStream _lock;
    private readonly string _holderFile;

    private DataFolder(string path, FileStream @lock, string holderFile)
    {
        Path = path;
        _lock = @lock;
        _holderFile = holderFile;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Takes the folder for this process; creates it for its owner alone (0700) when it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="commandLine">How this process was started, to tell others who ask for the same folder.</param>
    /// <exception cref="DataFolderInUseException">A running process holds it.</exception>
    /// <exception cref="StoreUnavailableException">The folder cannot be written.</exception>
    public static DataFolder Acquire(string path, string commandLine)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = System.IO.Path.GetFullPath(path);
        var holderFile = System.IO.Path.Combine(folder, "holder");
        try
        {
            CreateFolder(folder);
            if (TryLock(System.IO.Path.Combine(folder, "lock")) is not { } held)
                throw InUse(folder, holderFile);
            WriteOwnerOnly(holderFile, string.Create(
                CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{commandLine.ReplaceLineEndings(" ")}\n"));
            return new DataFolder(folder, held, holderFile);
        }
        catch (IOException exception) when (exception.HResult is NoSpaceLeft or LinuxQuotaExceeded)
        {
            throw new StoreUnavailableException(
                StoreUnavailableReason.DiskFull, $"the disk that holds {folder} is full, or a quota on it is used up; free space and start again", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new StoreUnavailableException(
                StoreUnavailableReason.DiskError,
                $"the data folder {folder} cannot be used: {exception.Message}; name a folder that this user may write",
                exception);
        }
    }

    /// <summary>Lets go of the folder.</summary>
    public void Dispose()
    {
        if (File.Exists(_holderFile))
            File.Delete(_holderFile);
        _lock.Dispose();
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerFolder);
    }

    private static FileStream? TryLock(string lockFile)
    {
        try
        {
            return new FileStream(lockFile, OwnerOnly(FileMode.OpenOrCreate));
        }
        catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            return null;
        }
    }

    private static void WriteOwnerOnly(string file, string text)
    {
        // Moved into place whole, so that a second process never reads half of it.
        var fresh = file + ".new";
        using (var writer = new StreamWriter(fresh, OwnerOnly(FileMode.Create)))
            writer.Write(text);
        File.Move(fresh, file, overwrite: true);
    }

    private static FileStreamOptions OwnerOnly(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        return options;
    }

    private static DataFolderInUseException InUse(string folder, string holderFile)
    {
        var lines = File.Exists(holderFile) ? File.ReadAllLines(holderFile) : [];
        var processId = lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id) ? id : (int?)null;
        return new DataFolderInUseException(folder, processId, lines.Length > 1 ? lines[1] : null);
    }
}

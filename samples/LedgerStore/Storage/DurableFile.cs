using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Storage;

/// <summary>The platform's own sync calls, with their errno looked at. The runtime's flush forgives some errors that a
/// ledger must not forgive.</summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Makes a file's data, and the length needed to read it back, durable.</summary>
    /// <exception cref="DurabilityLostException">The call failed; nothing written since the last success may be relied on.</exception>
    public static void SyncData(SafeFileHandle file, string path) =>
        Check(Retry(file, OperatingSystem.IsLinux() ? DataSync : Sync), "sync", path);

    /// <summary>Makes the names in a folder durable, after a file was created, renamed or removed in it.</summary>
    /// <exception cref="DurabilityLostException">The call failed.</exception>
    public static void SyncFolder(string folder)
    {
        var descriptor = OpenDescriptor(folder, ReadOnly);
        Check(descriptor < 0 ? Marshal.GetLastPInvokeError() : 0, "open", folder);
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Check(Retry(handle, Sync), "sync", folder);
    }

    /// <summary>Puts a small file in place of another, whole or not at all: written aside, synced, renamed, and the name synced.</summary>
    /// <exception cref="DiskFullException">There is no room; the old file is intact.</exception>
    /// <exception cref="DurabilityLostException">The disk failed.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var aside = path + ".new";
        try
        {
            using var file = File.OpenHandle(aside, FileMode.Create, FileAccess.Write);
            RandomAccess.Write(file, content, 0);
            SyncData(file, aside);
        }
        catch (IOException failure) when (IsDiskFull(failure))
        {
            throw new DiskFullException($"no room for {path}");
        }
        File.Move(aside, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>True when a failed write means that the volume, or the user's share of it, is used up.</summary>
    public static bool IsDiskFull(IOException failure) => failure.HResult is NoSpace or QuotaExceeded;

    private static int Retry(SafeFileHandle file, Func<SafeFileHandle, int> call)
    {
        while (call(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }
        return 0;
    }

    private static void Check(int error, string action, string path)
    {
        if (error != 0)
            throw new DurabilityLostException(
                $"could not {action} {path}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}); " +
                "what was written last may be lost, so the process ends without acknowledging it: check the disk, then start again");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}

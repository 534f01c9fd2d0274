using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore;

/// <summary>What the process's exit code means (the numbers of sysexits.h).</summary>
public static class ExitCode
{
    /// <summary>It stopped in order, as asked.</summary>
    public const int Done = 0;

    /// <summary>The arguments or the environment are wrong.</summary>
    public const int Usage = 64;

    /// <summary>The data cannot be trusted or read by this version.</summary>
    public const int Data = 65;

    /// <summary>The address cannot be listened on.</summary>
    public const int Unavailable = 69;

    /// <summary>Something failed that no one foresaw.</summary>
    public const int Software = 70;

    /// <summary>The data folder cannot be used, or the file of a backup is there already.</summary>
    public const int CannotCreate = 73;

    /// <summary>The disk failed.</summary>
    public const int InputOutput = 74;

    /// <summary>The code for a failure.</summary>
    public static int Of(Exception failure) => failure switch
    {
        LedgerOptionsException => Usage,
        UnusableDataException or RaftBrokenException => Data,
        DataFolderException or UnauthorizedAccessException => CannotCreate,
        DurabilityLostException or DiskFullException or IOException => InputOutput,
        _ => Software,
    };
}

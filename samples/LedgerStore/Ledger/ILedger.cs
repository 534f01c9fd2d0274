using LedgerStore.Quorum;

namespace LedgerStore.Ledger;

/// <summary>A ledger as the server sees it, whoever decides what is appended: one member alone, or a quorum.</summary>
/// <remarks>Disposing takes nothing more, finishes what waits and closes the files.</remarks>
public interface ILedger : IAsyncDisposable
{
    /// <summary>This member's part in it, as `/status` shows it.</summary>
    string Role { get; }

    /// <summary>The index of the oldest entry that is kept.</summary>
    long FirstIndex { get; }

    /// <summary>The newest entry that may be read: its index, or zero, and the running checksum.</summary>
    LedgerHead Head { get; }

    /// <summary>For how long the work under way has made no progress; zero when there is none.</summary>
    TimeSpan Stalled { get; }

    /// <summary>Batches made durable since the ledger was opened.</summary>
    long SyncCount { get; }

    /// <summary>How long each of them took.</summary>
    LatencyHistogram SyncSeconds { get; }

    /// <summary>Appends an entry; completes when it is durable or refused. An append that was taken goes on when the caller gives up.</summary>
    Task<AppendOutcome> AppendAsync(LedgerCommand command, CancellationToken cancellation);

    /// <summary>Completes when a read that begins afterwards shows everything that was acknowledged before this was called.</summary>
    Task<ReadVerdict> ConfirmReadAsync(CancellationToken cancellation);

    /// <summary>The quorum as this member sees it; null for a member alone.</summary>
    QuorumView? View { get; }

    /// <summary>The newest entry together with where that is in the replicated log.</summary>
    Task<LedgerPlace> PlaceAsync();

    /// <summary>The entry at an index, or null when there is none.</summary>
    LedgerEntry? Read(long index);

    /// <summary>Completes when everything that was asked for before is durable or refused.</summary>
    Task FlushAsync();
}

/// <summary>A state of the ledger.</summary>
/// <param name="Head">The newest entry.</param>
/// <param name="LogIndex">The newest entry of the replicated log that is applied in it; null for a member alone.</param>
/// <param name="Term">That entry's term.</param>
public sealed record LedgerPlace(LedgerHead Head, long? LogIndex = null, long? Term = null);

/// <summary>The newest entry.</summary>
/// <param name="Index">Its index; zero for an empty ledger.</param>
/// <param name="Checksum">The running checksum with it.</param>
public sealed record LedgerHead(long Index, LedgerChecksum Checksum);

using System.Globalization;
using System.Text;
using LedgerStore.Ledger;
using LedgerStore.Quorum;

namespace LedgerStore.Server;

/// <summary>What the member has done since it began, for Prometheus.</summary>
public sealed class LedgerMetrics
{
    private readonly LatencyHistogram appendSeconds = new();
    private readonly LatencyHistogram readSeconds = new();
    private long appends;
    private long appendedBytes;
    private long repeats;
    private long refusals;

    /// <summary>An entry was appended and acknowledged.</summary>
    public void Appended(int bytes, TimeSpan latency)
    {
        Interlocked.Increment(ref appends);
        Interlocked.Add(ref appendedBytes, bytes);
        appendSeconds.Took(latency);
    }

    /// <summary>A linearizable read was confirmed, or refused.</summary>
    public void Confirmed(TimeSpan latency) => readSeconds.Took(latency);

    /// <summary>An append was a repeat and got the first one's answer.</summary>
    public void Repeated() => Interlocked.Increment(ref repeats);

    /// <summary>An append was refused.</summary>
    public void Refused() => Interlocked.Increment(ref refusals);

    /// <summary>Everything in Prometheus' text format.</summary>
    public string Render(StatusAnswer status, ILedger? ledger, int underWay, int connections)
    {
        var text = new StringBuilder();
        Add(text, "ledger_appends_total", "counter", "Entries appended and acknowledged.", Interlocked.Read(ref appends));
        Add(text, "ledger_append_bytes_total", "counter", "Bytes of those entries.", Interlocked.Read(ref appendedBytes));
        Add(text, "ledger_append_repeats_total", "counter", "Appends that were repeats.", Interlocked.Read(ref repeats));
        Add(text, "ledger_append_refusals_total", "counter", "Appends that were refused.", Interlocked.Read(ref refusals));
        Add(text, "ledger_fsyncs_total", "counter", "Batches made durable.", ledger?.SyncCount ?? 0);
        Add(text, "ledger_connections", "gauge", "Connections of clients and probes.", connections);
        Add(text, "ledger_appends_under_way", "gauge", "Appends that are not answered yet.", underWay);
        Add(text, "ledger_last_index", "gauge", "Index of the newest entry.", status.LastIndex);
        Add(text, "ledger_disk_free_bytes", "gauge", "Free space of the data volume.", status.DiskFreeBytes);
        Add(text, "ledger_ready", "gauge", "1 when the member takes traffic.", status.Ready ? 1 : 0);
        AddQuorum(text, status, ledger?.View);
        appendSeconds.Render(text, "ledger_append_seconds", "From an append's arrival to its answer.");
        readSeconds.Render(text, "ledger_read_confirm_seconds", "Until a majority confirmed that a linearizable read may be served, or it was refused.");
        (ledger?.SyncSeconds ?? new LatencyHistogram()).Render(text, "ledger_fsync_seconds", "Until a batch was durable.");
        return text.ToString();
    }

    private static void Add(StringBuilder text, string name, string type, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");

    private static void AddQuorum(StringBuilder text, StatusAnswer status, QuorumView? view)
    {
        if (view is null)
            return;
        Add(text, "ledger_raft_term", "gauge", "The newest term that the member knows.", view.Term);
        Add(text, "ledger_raft_commit_index", "gauge", "The newest entry of the replicated log that it knows to be committed.", view.Commit);
        Add(text, "ledger_raft_applied_index", "gauge", "The newest entry of the replicated log that it has applied.", view.Applied);
        Add(text, "ledger_raft_lag", "gauge", "Committed entries that it has not applied, arrived or not, by what its leader last said.", view.Lag);
        Add(text, "ledger_raft_is_leader", "gauge", "1 for the member that leads.", view.IsLeader ? 1 : 0);
        Add(text, "ledger_raft_has_leader", "gauge", "1 when it knows a leader.", view.Leader is null ? 0 : 1);
        Add(text, "ledger_raft_elections_won_total", "counter", "Elections that the process has won.", view.ElectionsWon);
        Add(text, "ledger_raft_snapshots_installed_total", "counter", "Snapshots that the process took in.", view.SnapshotsInstalled);
        Add(text, "ledger_raft_voters", "gauge", "Voters of the cluster.", status.Voters?.Count ?? 0);
        Add(text, "ledger_raft_learners", "gauge", "Learners of the cluster.", status.Learners?.Count ?? 0);
        Add(text, "ledger_data_format", "gauge", "The data format that the cluster has agreed on.", view.Format);
        Add(text, "ledger_migration_backlog", "gauge", "Entries that are still in an older data format.", view.Backlog);
    }
}

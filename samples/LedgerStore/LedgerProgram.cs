using System.Net.Sockets;
using System.Runtime.InteropServices;
using LedgerStore.Ledger;
using LedgerStore.Quorum;
using LedgerStore.Raft;
using LedgerStore.Server;
using LedgerStore.Storage;

namespace LedgerStore;

/// <summary>Puts a member together, runs it until it is told to stop, and says by its exit code how that went.</summary>
/// <param name="options">How it runs.</param>
/// <param name="journal">Where it says what it does.</param>
/// <param name="time">The clock.</param>
public sealed class LedgerProgram(LedgerOptions options, LedgerJournal journal, TimeProvider time)
{
    private readonly TaskCompletionSource<int> ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs until a signal or a failure; returns the exit code.</summary>
    public async Task<int> RunAsync()
    {
        var began = time.GetTimestamp();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        journal.Write(
            $"ledger-store {options.Release.Version}: member {options.Member}, data format {options.Release.WritesFormat}, data in {options.DataFolder}");
        if (Attempt(() => DataFolder.Hold(options.DataFolder)) is not { } folder)
            return await ending.Task;
        using (folder)
        {
            await using var quorum = options.Peers is null ? null : new QuorumProcess(options, journal, time);
            var member = new Member(options, time, FreeSpaceOf(folder.Path)) { Quorum = quorum };
            using var proxy = quorum is null ? null : new LeaderProxy(options.Peers!, quorum.Directory, new ForwardingPatience());
            var running = Begin(folder, member, quorum, began);
            await using var front = HttpFront.Build(options, Router(member, proxy), member.Connections);
            var stop = new OrderlyStop(member, front, journal, time);
            var code = await ServeAsync(front, stop);
            if (quorum is not null)
                await quorum.DisposeAsync();
            await running;
            // Whoever reads of the last step may start the next process: the folder is free by then.
            folder.Dispose();
            stop.NoteEnd();
            return code;
        }
    }

    private async Task<int> ServeAsync(WebApplication front, OrderlyStop stop)
    {
        try
        {
            await front.StartAsync();
            journal.Write($"listening on {options.Listen}");
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            journal.Write($"fatal: cannot listen on {options.Listen}: {failure.Message}; free the port, or name another with --listen");
            return ExitCode.Unavailable;
        }
        var code = await ending.Task;
        if (code == ExitCode.Done)
            await stop.RunAsync();
        return code;
    }

    private Task Begin(DataFolder folder, Member member, QuorumProcess? quorum, long began)
    {
        if (quorum is not null)
            return quorum.RunAsync(folder.Path, member.Serve, Fail);
        new Thread(() => Recover(folder, member, began)) { IsBackground = true, Name = "recovery" }.Start();
        return Task.CompletedTask;
    }

    private LedgerRouter Router(Member member, LeaderProxy? proxy)
    {
        var metrics = new LedgerMetrics();
        var reads = new ReadEndpoints(member, metrics);
        return new LedgerRouter(
            new AppendEndpoint(member, metrics, time, proxy), reads, new BackupEndpoint(member, reads, time),
            new OperationEndpoints(member, metrics, journal, time),
            proxy is null ? null : new QuorumEndpoints(member.Quorum!.Member, proxy), journal, Fail, options.MaxEntryBytes);
    }

    private void Recover(DataFolder folder, Member member, long began)
    {
        // A member alone has nobody to agree with on a newer format.
        var log = new SegmentedLogOptions(Path.Combine(folder.Path, "log"))
        {
            Note = note => journal.Write($"recovery: {note}"),
            ReadsFormatsTo = DataFormat.Oldest,
        };
        if (Attempt(() => OpenAlone(folder.Path, log)) is not { } writer)
            return;
        var head = writer.Head;
        member.Serve(new StandaloneLedger(writer, time, Fail));
        journal.Write($"recovered {head.Index} entries, checksum {head.Checksum} ({time.GetElapsedTime(began).TotalMilliseconds:0} ms after start)");
    }

    private LedgerWriter OpenAlone(string folder, SegmentedLogOptions log) =>
        MemberIdentity.Exists(folder)
            ? throw new UnusableDataException($"{folder} belongs to a member of a quorum: name its Service with LEDGER_SERVICE, or its peers with LEDGER_PEERS")
            : new LedgerWriter(log, time);

    private T? Attempt<T>(Func<T> step)
        where T : class
    {
        try
        {
            return step();
        }
        catch (Exception failure)
        {
            Fail(failure);
            return null;
        }
    }

    private void Fail(Exception failure)
    {
        journal.Write($"fatal: {failure.Message}{AdviceOn(failure)}");
        ending.TrySetResult(ExitCode.Of(failure));
    }

    // The algorithm cannot know what a disk is; whoever reads this has one in hand.
    private static string AdviceOn(Exception failure) => failure is RaftBrokenException
        ? "; the member stops before it makes that worse, and the others go on: keep the volume as evidence, check the disk, and let the member come back with an empty one"
        : "";

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        journal.Write($"{signal.Signal} received");
        ending.TrySetResult(ExitCode.Done);
    }

    private static Func<long> FreeSpaceOf(string path)
    {
        var drive = new DriveInfo(path);
        return () => drive.AvailableFreeSpace;
    }
}

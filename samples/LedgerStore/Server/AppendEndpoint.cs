using System.Globalization;
using LedgerStore.Ledger;

namespace LedgerStore.Server;

/// <summary>`POST /v1/entries`: the body is the entry, byte for byte. 201 when appended, 200 for a repeat of the same
/// `Ledger-Client` and `Ledger-Sequence`.</summary>
/// <param name="member">The member.</param>
/// <param name="metrics">Where it is counted.</param>
/// <param name="time">The clock.</param>
/// <param name="proxy">Brings appends to the leader; null for a member alone.</param>
public sealed class AppendEndpoint(Member member, LedgerMetrics metrics, TimeProvider time, LeaderProxy? proxy)
{
    private const string ClientHeader = "Ledger-Client";
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(5);
    private const string SequenceHeader = "Ledger-Sequence";

    /// <summary>Handles one append.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var arrived = time.GetTimestamp();
        var most = member.Options.MaxEntryBytes;
        var length = context.Request.ContentLength ?? most;
        var refusal = length > most ? LedgerError.EntryTooLarge(most) : member.Gate.Enter(length);
        if (refusal is not null)
        {
            metrics.Refused();
            await context.AnswerAsync(refusal);
            return;
        }
        try
        {
            if (await AppendAsync(context, (int)length, arrived) is { } error)
            {
                metrics.Refused();
                await context.AnswerAsync(error);
            }
        }
        finally
        {
            member.Gate.Leave(length);
        }
    }

    private async Task<LedgerError?> AppendAsync(HttpContext context, int most, long arrived)
    {
        if (member.Ledger is not { } ledger)
            return member.NotServing;
        if (!TryReadIdentity(context.Request.Headers, out var identity))
            return LedgerError.BadRequest(
                $"{ClientHeader} (1 to {RequestIdentity.MaxClientLength} letters, digits, '.', ':', '-', '_') and {SequenceHeader} " +
                "(a whole number from 1) go together; give both, or neither");
        if (!member.HasRoom)
            return LedgerError.DiskFull(member.FreeBytes, member.Options.DiskFloorBytes);
        if (await ReadBodyAsync(context, most) is not { } data)
            return LedgerError.EntryTooLarge(member.Options.MaxEntryBytes);
        if (data.IsEmpty)
            return LedgerError.BadRequest("the body is the entry, and it is empty; send at least one byte");
        if (await AskAsync(ledger, new LedgerCommand(data, identity), context.RequestAborted) is not { } outcome)
            return LedgerError.LeadershipLost;
        if (outcome is AppendOutcome.NotLeader other && proxy is not null)
            return await proxy.BringAsync(context, other.Leader, data);
        if (outcome is not AppendOutcome.Appended appended)
            return LedgerError.Of(outcome, member.FreeBytes, member.Options.DiskFloorBytes);
        await AcknowledgeAsync(context, appended, data.Length, time.GetElapsedTime(arrived));
        return null;
    }

    // Null when a majority does not answer for so long that the client had better ask someone else.
    private static async Task<AppendOutcome?> AskAsync(ILedger ledger, LedgerCommand command, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (ledger.View is not null)
            patience.CancelAfter(CommitPatience);
        try
        {
            return await ledger.AppendAsync(command, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task AcknowledgeAsync(HttpContext context, AppendOutcome.Appended appended, int bytes, TimeSpan latency)
    {
        if (appended.WasRepeat)
            metrics.Repeated();
        else
            metrics.Appended(bytes, latency);
        context.Response.Headers.Location = $"/v1/entries/{appended.Index}";
        await context.AnswerAsync(
            appended.WasRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created,
            new AppendAnswer(appended.Index, appended.Checksum.ToString(), appended.WasRepeat),
            AnswerJson.Readable.AppendAnswer);
    }

    // Null when the body is longer than it may be.
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context, int most)
    {
        var cancellation = context.RequestAborted;
        if (context.Request.ContentLength is not null)
        {
            var exact = new byte[most];
            await context.Request.Body.ReadExactlyAsync(exact, cancellation);
            return exact;
        }
        var buffer = new byte[Math.Min(most + 1, 16 * 1024)];
        var held = 0;
        while (await context.Request.Body.ReadAsync(buffer.AsMemory(held), cancellation) is var read and > 0)
        {
            held += read;
            if (held > most)
                return null;
            if (held == buffer.Length)
                Array.Resize(ref buffer, Math.Min(most + 1, buffer.Length * 2));
        }
        return buffer.AsMemory(0, held);
    }

    private static bool TryReadIdentity(IHeaderDictionary headers, out RequestIdentity? identity)
    {
        identity = null;
        var client = headers[ClientHeader].ToString();
        var sequence = headers[SequenceHeader].ToString();
        if (client.Length == 0 && sequence.Length == 0)
            return true;
        if (!RequestIdentity.IsValidClient(client) ||
            !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            return false;
        identity = new RequestIdentity(client, number);
        return true;
    }
}

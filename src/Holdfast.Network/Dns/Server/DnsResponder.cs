using Holdfast.Network.Dns.Wire;
using Holdfast.Network.Dns.Zone;
using Holdfast.Platform;

namespace Holdfast.Network.Dns.Server;

/// <summary>Turns a query's bytes into an answer's bytes: from the zone, or from other resolvers.</summary>
/// <param name="zone">The zone that is answered from.</param>
/// <param name="upstream">Whom to ask for other names.</param>
/// <param name="chance">Mixes the order of addresses, so that clients which take the first one spread.</param>
internal sealed class DnsResponder(DnsZoneHolder zone, UpstreamResolver upstream, IChance chance)
{
    /// <summary>Answers a query.</summary>
    /// <param name="message">The query's bytes.</param>
    /// <param name="isTcp">Whether it came over TCP.</param>
    /// <param name="cancellationToken">Ends the wait for other resolvers.</param>
    /// <returns>The answer's bytes, or null when none is due. It is complete at once for names of the zone.</returns>
    public async ValueTask<byte[]?> RespondAsync(ReadOnlyMemory<byte> message, bool isTcp, CancellationToken cancellationToken)
    {
        switch (DnsReader.ReadQuery(message.Span))
        {
            case DnsRejected rejected:
                return Write(rejected.Header, null, new DnsAnswer { Code = rejected.Code }, isTcp);
            case DnsQuery query when zone.Current.Answer(query.Question) is { } answer:
                var whole = OutsideTarget(query, answer) is { } target
                    ? await CompleteAsync(query, answer, target, cancellationToken)
                    : answer;
                return Write(query.Header, query.Question, Mix(whole), isTcp);
            case DnsQuery query:
                return await ForwardAsync(message, query, isTcp, cancellationToken);
            default:
                return null;
        }
    }

    private async Task<byte[]> ForwardAsync(ReadOnlyMemory<byte> message, DnsQuery query, bool isTcp, CancellationToken cancellationToken)
    {
        if (!upstream.IsConfigured || query.Question.Type is DnsType.Axfr or DnsType.Ixfr)
        {
            return Write(query.Header, query.Question, new DnsAnswer { Code = DnsResponseCode.Refused }, isTcp);
        }

        return await upstream.AskAsync(message, query.Question, isTcp, cancellationToken)
            ?? Write(query.Header, query.Question, new DnsAnswer { Code = DnsResponseCode.ServerFailure }, isTcp);
    }

    // The resolvers of the C library and of .NET do not follow an alias themselves: they want its end in the answer.
    private DnsName? OutsideTarget(DnsQuery query, DnsAnswer answer) =>
        upstream.IsConfigured
        && query.Header.IsRecursionDesired
        && query.Question.Type is DnsType.A or DnsType.Aaaa
        && answer.Answers is [.., { Data: NameData { Kind: DnsType.CName, Target: var target } }]
        && answer.Code == DnsResponseCode.NoError
        && answer.Authority.IsEmpty
            ? target
            : null;

    private async Task<DnsAnswer> CompleteAsync(DnsQuery query, DnsAnswer answer, DnsName target, CancellationToken cancellationToken)
    {
        var question = query.Question with { Name = target, RecordClass = DnsQuestion.Internet };
        var asked = DnsWriter.WriteQuery(question);
        var reply = await upstream.AskAsync(asked, question, isTcp: false, cancellationToken);
        return reply is not null && DnsReader.TryReadAnswers(reply, out var code, out var records)
            ? answer with { Code = code, Answers = [.. answer.Answers, .. records] }
            : answer with { Code = DnsResponseCode.ServerFailure, Answers = [] };
    }

    private DnsAnswer Mix(DnsAnswer answer)
    {
        if (answer.Answers.Length < 2 || !answer.Answers.All(record => record.Data is AddressData))
        {
            return answer;
        }

        var start = chance.Next(answer.Answers.Length);
        return answer with { Answers = [.. answer.Answers[start..], .. answer.Answers[..start]] };
    }

    private byte[] Write(DnsHeader header, DnsQuestion? question, DnsAnswer answer, bool isTcp) => DnsWriter.Write(
        header, question, answer, isTcp ? DnsWriter.LargestTcpBytes : DnsWriter.UdpLimit(header), upstream.IsConfigured);
}

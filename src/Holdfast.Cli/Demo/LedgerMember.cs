using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Holdfast.Cli.Demo;

/// <summary>Talks to one LedgerStore.</summary>
/// <param name="http">Carries the requests.</param>
/// <param name="address">The pod's address.</param>
internal sealed class LedgerMember(HttpClient http, string address) : IWriteTarget
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _url = $"http://{address}:8080";

    /// <summary>Appends an entry once and gives its index when a majority has it; asks again, harmlessly, while no one leads.</summary>
    internal async Task<long> AppendAsync(string text, string client, long sequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryAppendAsync(text, client, sequence, cancellationToken) is { } index)
                return index;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>The same, asked once: null when it is open whether it took effect.</summary>
    public async Task<long?> TryAppendAsync(string text, string client, long sequence, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_url + "/v1/entries")) { Content = new StringContent(text) };
        request.Headers.Add("Ledger-Client", client);
        request.Headers.Add("Ledger-Sequence", sequence.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            return null;
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return body.GetProperty("index").GetInt64();
    }

    /// <summary>How many entries that were acknowledged the member lacks, or has otherwise.</summary>
    internal async Task<int> LacksAsync(IReadOnlyDictionary<long, string> acknowledged, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<long, string>(acknowledged);
        await CaughtUpAsync(wanted.Keys.DefaultIfEmpty().Max(), cancellationToken);
        for (var from = wanted.Keys.DefaultIfEmpty().Min(); from > 0 && wanted.Count > 0;)
        {
            var (entries, next) = await ReadAsync(from, cancellationToken);
            foreach (var (index, text) in entries)
            {
                if (wanted.GetValueOrDefault(index) == text)
                    wanted.Remove(index);
            }
            from = next ?? 0;
        }
        return wanted.Count;
    }

    // What a majority has, a member that is behind may still have to receive; that is no loss.
    private async Task CaughtUpAsync(long index, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while ((await StatusAsync(cancellationToken)).LastIndex < index && Stopwatch.GetElapsedTime(begun) < CatchUp)
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }

    /// <summary>Entries that the member has itself, from an index on, and where to go on; null after the last.</summary>
    private async Task<(IReadOnlyList<(long Index, string Text)> Entries, long? Next)> ReadAsync(long from, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{_url}/v1/entries?from={from}&limit=1000&consistency=stale");
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri(path), cancellationToken);
        var entries = page.GetProperty("entries").EnumerateArray().Select(entry => (entry.GetProperty("index").GetInt64(), entry.GetProperty("data").GetString()!)).ToArray();
        return (entries, page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.Number ? next.GetInt64() : null);
    }

    /// <summary>Has the whole cluster write a newer format of data.</summary>
    internal async Task UseFormatAsync(int format, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"{_url}/v1/format?to={format}")), null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Takes a member out of the cluster, before its pod goes.</summary>
    internal async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await http.PostAsync(new Uri($"{_url}/v1/members/remove?name={name}"), null, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Everything that the member says of itself.</summary>
    internal async Task<JsonElement> LookAsync(CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<JsonElement>(new Uri(_url + "/status"), cancellationToken);

    /// <summary>The chain of checksums over every entry up to an index: equal only when all of them are.</summary>
    internal async Task<string> ChecksumAsync(long index, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{_url}/v1/checksum?at={index}");
        var body = await http.GetFromJsonAsync<JsonElement>(new Uri(path), cancellationToken);
        return body.GetProperty("checksum").GetString()!;
    }

    /// <summary>The member's version, last index and checksum over all entries.</summary>
    internal async Task<(string Version, long LastIndex)> StatusAsync(CancellationToken cancellationToken)
    {
        var body = await http.GetFromJsonAsync<JsonElement>(new Uri(_url + "/status"), cancellationToken);
        return (body.GetProperty("version").GetString()!, body.GetProperty("lastIndex").GetInt64());
    }
}

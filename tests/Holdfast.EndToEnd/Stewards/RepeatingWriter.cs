using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.Model.Core;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>Appends one entry after the other through any member, each under its own sequence and again until it is acknowledged.</summary>
internal sealed class RepeatingWriter : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesClient _client;
    private readonly Dictionary<long, string> _acknowledged = [];
    private readonly Task _running;
    // A ledger remembers a client's sequences: each writer is a client of its own.
    private readonly string _name = $"end-to-end-{Guid.NewGuid():N}";
    private int _next;

    public RepeatingWriter(KubernetesClient client)
    {
        _client = client;
        _running = RunAsync();
    }

    public int Acknowledged => _acknowledged.Count;

    /// <summary>The longest that one entry took until it was acknowledged.</summary>
    public TimeSpan Longest { get; private set; }

    public int Retried { get; private set; }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>The acknowledged entries that a ledger lacks, or has otherwise.</summary>
    public async Task<IReadOnlyList<long>> LostAsync(CancellationToken cancellationToken)
    {
        var lost = new List<long>();
        foreach (var (index, text) in _acknowledged)
        {
            if (await TryAsync(async address => (await _http.GetFromJsonAsync<JsonElement>(new Uri($"http://{address}:8080/v1/entries/{index.ToString(CultureInfo.InvariantCulture)}"), cancellationToken)).GetProperty("data").GetString()) != text)
                lost.Add(index);
        }
        return lost;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        for (var sequence = 1L; !_stop.IsCancellationRequested; sequence++)
        {
            var (text, begun, attempts) = ($"entry {sequence}", Stopwatch.GetTimestamp(), 0);
            long? index = null;
            while (index is null && !(_stop.IsCancellationRequested && attempts > 50))
            {
                index = await TryAsync(address => AppendAsync(address, sequence, text));
                if (index is null && attempts++ >= 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            if (index is not { } kept)
                return;
            _acknowledged[kept] = text;
            Retried += attempts > 0 ? 1 : 0;
            var took = Stopwatch.GetElapsedTime(begun);
            Longest = took > Longest ? took : Longest;
        }
    }

    private async Task<long?> AppendAsync(string address, long sequence, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{address}:8080/v1/entries")) { Content = new StringContent(text) };
        request.Headers.Add("Ledger-Client", _name);
        request.Headers.Add("Ledger-Sequence", sequence.ToString(CultureInfo.InvariantCulture));
        using var answer = await _http.SendAsync(request);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("index").GetInt64() : null;
    }

    private async Task<T?> TryAsync<T>(Func<string, Task<T?>> ask)
    {
        try
        {
            var pods = await _client.ListAsync<Pod>(new ListQuery { Namespace = "default", LabelSelector = "app.kubernetes.io/name=ledger-store" }, CancellationToken.None);
            var addresses = pods.Items.Where(pod => pod.Status.PodIP.Length > 0 && pod.Metadata.DeletionTimestamp is null).Select(pod => pod.Status.PodIP).ToArray();
            return addresses.Length == 0 ? default : await ask(addresses[_next++ % addresses.Length]);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or JsonException or ApiException)
        {
            // It is away; the next one is asked.
            return default;
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Testing;

namespace LedgerStore.Tests.Quorum;

/// <summary>A client that does one thing after the other: it repeats an append, under the same sequence, until that is acknowledged.</summary>
public sealed class LedgerClient(string name, LedgerCluster cluster, LedgerHistory history, Random chance) : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(4) };
    private long sequence;

    public async Task RunAsync(Func<bool> goesOn)
    {
        while (goesOn())
        {
            if (chance.Next(3) == 0)
                await ReadAsync();
            else
                await AppendAsync(goesOn);
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>True when it was acknowledged.</summary>
    public async Task<bool> AppendAsync(Func<bool> goesOn)
    {
        var (began, data) = (LedgerHistory.Now, $"{name}/{++sequence}");
        while (goesOn())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Somewhere("/v1/entries")) { Content = new StringContent(data) };
            request.Headers.Add("Ledger-Client", name);
            request.Headers.Add("Ledger-Sequence", sequence.ToString(CultureInfo.InvariantCulture));
            if (await AskAsync(request) is { } answer)
            {
                history.Appended(began, answer.GetProperty("index").GetInt64(), data);
                return true;
            }
        }
        return false;
    }

    private async Task ReadAsync()
    {
        var began = LedgerHistory.Now;
        using var request = new HttpRequestMessage(HttpMethod.Get, Somewhere("/v1/checksum"));
        if (await AskAsync(request) is { } answer)
            history.Read(began, answer.GetProperty("index").GetInt64());
    }

    private Uri Somewhere(string path) => new($"http://{cluster.Address(chance.Next(cluster.Count))}:8080{path}");

    private async Task<JsonElement?> AskAsync(HttpRequestMessage request)
    {
        try
        {
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created)
                return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode == 503, $"{request.RequestUri} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        // Whoever was refused asks again a little later, as clients do; the members have enough to do.
        await Eventually.PauseAsync(TestContext.Current.CancellationToken);
        return null;
    }
}

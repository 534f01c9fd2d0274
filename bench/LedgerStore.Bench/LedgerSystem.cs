using System.Diagnostics;
using System.Text.Json;

namespace LedgerStore.Bench;

/// <summary>LedgerStore: an append of 100 bytes under a client and a sequence.</summary>
internal sealed class LedgerSystem(string folder) : MeasuredSystem("LedgerStore", folder)
{
    private static readonly string Payload = new('x', 100);
    private long sequence;

    internal override async Task<bool> WriteAsync(int member, string key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url(member, "/v1/entries")) { Content = new StringContent(Payload) };
        request.Headers.Add("Ledger-Client", key);
        request.Headers.Add("Ledger-Sequence", Interlocked.Increment(ref sequence).ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await Http.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode;
    }

    internal override async Task<int> LeaderAsync()
    {
        for (var member = 0; member < Members; member++)
        {
            try
            {
                using var status = JsonDocument.Parse(await Http.GetByteArrayAsync(Url(member, "/status")));
                if (status.RootElement.GetProperty("role").GetString() == "leader" && status.RootElement.GetProperty("voters").GetArrayLength() == Members)
                    return member;
            }
            catch (HttpRequestException)
            {
                // It is away; another one may lead.
                continue;
            }
        }
        return -1;
    }

    protected override ProcessStartInfo Command(int member)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ledger-store"));
        start.Environment["POD_NAME"] = $"ledger-store-{member}";
        start.Environment["POD_IP"] = Address(1, member);
        start.Environment["LEDGER_DATA"] = Path.Combine(Folder, $"{member}");
        start.Environment["LEDGER_PEERS"] = string.Join(',', Enumerable.Range(0, Members).Select(other => $"ledger-store-{other}={Address(1, other)}:8081"));
        return start;
    }

    private static Uri Url(int member, string path) => new($"http://{Address(1, member)}:8080{path}");
}

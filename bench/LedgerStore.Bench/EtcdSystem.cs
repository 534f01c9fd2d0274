using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace LedgerStore.Bench;

/// <summary>etcd with its defaults (heartbeat 100 ms, election timeout 1 s): a put of 100 bytes over its JSON gateway, the same HTTP/1.1 as for LedgerStore.</summary>
internal sealed class EtcdSystem(string folder) : MeasuredSystem("etcd", folder)
{
    private static readonly string Payload = Convert.ToBase64String(Encoding.ASCII.GetBytes(new string('x', 100)));

    internal override async Task<bool> WriteAsync(int member, string key, CancellationToken cancellation)
    {
        using var answer = await Http.PostAsJsonAsync(Url(member, "/v3/kv/put"), new { key = Convert.ToBase64String(Encoding.ASCII.GetBytes(key)), value = Payload }, cancellation);
        return answer.IsSuccessStatusCode;
    }

    internal override async Task<int> LeaderAsync()
    {
        for (var member = 0; member < Members; member++)
        {
            try
            {
                using var answer = await Http.PostAsJsonAsync(Url(member, "/v3/maintenance/status"), new { });
                var status = await answer.Content.ReadFromJsonAsync<JsonElement>();
                if (status.TryGetProperty("leader", out var leader) && leader.GetString() == status.GetProperty("header").GetProperty("member_id").GetString())
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
        var (client, peer) = (Url(member, "").ToString().TrimEnd('/'), Peer(member));
        var start = new ProcessStartInfo("etcd");
        foreach (var argument in new[]
        {
            "--name", $"m{member}", "--data-dir", Path.Combine(Folder, $"{member}"), "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster-state", Directory.Exists(Path.Combine(Folder, $"{member}")) ? "existing" : "new",
            "--initial-cluster", string.Join(',', Enumerable.Range(0, Members).Select(other => $"m{other}={Peer(other)}")),
        })
            start.ArgumentList.Add(argument);
        return start;
    }

    private static string Peer(int member) => $"http://{Address(2, member)}:2380";

    private static Uri Url(int member, string path) => new($"http://{Address(2, member)}:2379{path}");
}

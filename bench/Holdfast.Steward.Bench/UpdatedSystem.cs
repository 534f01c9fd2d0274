using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Holdfast.Cli.Demo;

namespace Holdfast.Steward.Bench;

/// <summary>A system of three members that is updated under load.</summary>
/// <param name="Name">The name of its set, its Steward and its preset.</param>
/// <param name="Manifest">Where its example is, below <c>examples</c>.</param>
/// <param name="Member">Makes a member that takes writes, at an address.</param>
/// <param name="LackingAsync">Says how many entries that were acknowledged the system lacks, asked through a member's address.</param>
internal sealed record UpdatedSystem(
    string Name, string Manifest, Func<HttpClient, string, IWriteTarget> Member, Func<HttpClient, string, IReadOnlyDictionary<long, string>, Task<int>> LackingAsync)
{
    /// <summary>The systems that are measured.</summary>
    internal static UpdatedSystem[] All { get; } =
    [
        new("ledger-store", "ledger-store/ledger-store.yaml", static (http, address) => new LedgerTarget(http, address), LedgerTarget.LackingAsync),
        new("etcd", "steward/etcd.yaml", static (http, address) => new EtcdTarget(http, address), EtcdTarget.LackingAsync),
    ];

    private sealed class LedgerTarget(HttpClient http, string address) : IWriteTarget
    {
        public async Task<long?> TryAppendAsync(string text, string client, long sequence, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{address}:8080/v1/entries")) { Content = new StringContent(text) };
            request.Headers.Add("Ledger-Client", client);
            request.Headers.Add("Ledger-Sequence", sequence.ToString(CultureInfo.InvariantCulture));
            using var answer = await http.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("index").GetInt64() : null;
        }

        internal static async Task<int> LackingAsync(HttpClient http, string address, IReadOnlyDictionary<long, string> acknowledged)
        {
            var wanted = new Dictionary<long, string>(acknowledged);
            long? from = wanted.Keys.DefaultIfEmpty().Min();
            while (from is { } index and > 0 && wanted.Count > 0)
            {
                var page = await http.GetFromJsonAsync<JsonElement>(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{address}:8080/v1/entries?from={index}&limit=1000")));
                foreach (var entry in page.GetProperty("entries").EnumerateArray())
                {
                    if (wanted.GetValueOrDefault(entry.GetProperty("index").GetInt64()) == entry.GetProperty("data").GetString())
                        wanted.Remove(entry.GetProperty("index").GetInt64());
                }
                from = page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.Number ? next.GetInt64() : null;
            }
            return wanted.Count;
        }
    }

    /// <summary>etcd's JSON gateway; a write is a key of its own, so that a repeat changes nothing.</summary>
    private sealed class EtcdTarget(HttpClient http, string address) : IWriteTarget
    {
        public async Task<long?> TryAppendAsync(string text, string client, long sequence, CancellationToken cancellationToken)
        {
            var key = Base64(text);
            using var answer = await http.PostAsJsonAsync(new Uri($"http://{address}:2379/v3/kv/put"), new { key, value = key }, cancellationToken);
            return answer.IsSuccessStatusCode
                ? long.Parse((await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("header").GetProperty("revision").GetString()!, CultureInfo.InvariantCulture)
                : null;
        }

        internal static async Task<int> LackingAsync(HttpClient http, string address, IReadOnlyDictionary<long, string> acknowledged)
        {
            var all = new { key = Base64("\0"), range_end = Base64("\0"), keys_only = true };
            using var answer = await http.PostAsJsonAsync(new Uri($"http://{address}:2379/v3/kv/range"), all);
            var keys = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("kvs").EnumerateArray().Select(pair => pair.GetProperty("key").GetString()!).ToHashSet(StringComparer.Ordinal);
            return acknowledged.Values.Count(text => !keys.Contains(Base64(text)));
        }

        private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }
}

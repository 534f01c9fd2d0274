using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Holdfast.Cli.Demo;

/// <summary>Talks to one LedgerStore.</summary>
/// <param name="http">Carries the requests.</param>
/// <param name="address">The pod's address.</param>
internal sealed class LedgerMember(HttpClient http, string address)
{
    private readonly string _url = $"http://{address}:8080";

    /// <summary>Appends an entry and gives its index once it is durable.</summary>
    internal async Task<long> AppendAsync(string text, CancellationToken cancellationToken)
    {
        using var content = new StringContent(text);
        using var answer = await http.PostAsync(new Uri(_url + "/v1/entries"), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return body.GetProperty("index").GetInt64();
    }

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

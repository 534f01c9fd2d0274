using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Guarantees.History;

/// <summary>An answer; code 0 when there was none.</summary>
internal readonly record struct Answer(int Code, JsonNode? Body)
{
    public long Revision => Body?["metadata"]?["resourceVersion"] is { } version && long.TryParse((string?)version, out var revision) ? revision : 0;

    public string Message => (string?)Body?["message"] ?? "";
}

/// <summary>Speaks HTTP and JSON with an API server, as it is on the wire; nothing of the project's own client is in between.</summary>
internal sealed class ApiConnection(HttpClient http) : IDisposable
{
    public const string Maps = "api/v1/namespaces/load/configmaps";

    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, string type = "application/json")
    {
        try
        {
            using var request = Request(method, path);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type);
            using var response = await http.SendAsync(request, cancellationToken);
            return new Answer((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken)));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            return new Answer(0, null);
        }
    }

    /// <summary>Reads a watch until the server ends it or is gone; a refusal is given as one ERROR.</summary>
    public async IAsyncEnumerable<JsonNode> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        using var response = await OrNullAsync(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)!);
        if (response is null)
            yield break;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        if (response.StatusCode != HttpStatusCode.OK)
        {
            yield return new JsonObject { ["type"] = "ERROR", ["object"] = JsonNode.Parse(await reader.ReadToEndAsync(cancellationToken)) };
            yield break;
        }
        while (await OrNullAsync(() => reader.ReadLineAsync(cancellationToken).AsTask()) is { } line)
        {
            // A line that a kill cut short was not said.
            if (line.EndsWith('}') && TryParse(line) is { } told)
                yield return told;
        }
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Request(HttpMethod method, string path) =>
        new(method, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };

    private static async Task<T?> OrNullAsync<T>(Func<Task<T?>> read) where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static JsonNode? TryParse(string line)
    {
        try
        {
            return JsonNode.Parse(line);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

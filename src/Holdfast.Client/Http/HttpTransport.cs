using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Http;

/// <summary>
/// Reaches an API server over HTTP. A refusal becomes an <see cref="ApiException"/> with the server's Status; a network that fails, a time
/// limit, or an answer that cannot be read becomes one with code 0: the request may have taken effect.
/// </summary>
/// <param name="client">Set up for the server: its base address, TLS and credentials. Its own time limit must be infinite.</param>
/// <param name="time">The clock of time limits.</param>
/// <param name="options">The bounds.</param>
public sealed class HttpTransport(HttpClient client, TimeProvider time, HttpTransportOptions options) : IApiTransport, IDisposable
{
    /// <inheritdoc/>
    public async Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var what = $"{call.Verb} {call.Type.GroupResource} {call.Name}{(call.Subresource.Length > 0 ? "/" + call.Subresource : "")}";
        var body = await ExchangeAsync(what, MethodOf(call.Verb), ApiPath.Of(call), ApiBody.Of(call), cancellationToken, call.Fence);
        return Reading(what, () => ApiBody.ToAnswer(body));
    }

    /// <inheritdoc/>
    /// <remarks>Without a limit the pages are asked for one after the other and given as one list.</remarks>
    public async Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit > 0)
            return await ListPageAsync<T>(query, cancellationToken);
        var items = ImmutableArray.CreateBuilder<T>();
        var page = query with { Limit = options.PageSize };
        while (true)
        {
            var list = await ListPageAsync<T>(page, cancellationToken);
            items.AddRange(list.Items);
            if (list.Metadata.Continue.Length == 0)
                return new ResourceList<T>(list.Metadata, items.DrainToImmutable());
            page = page with { Continue = list.Metadata.Continue };
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IResource<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        var what = $"watching {query.TypeOf<T>().GroupResource}";
        using var response = await OpenWatchAsync(what, ApiPath.OfWatch(query.TypeOf<T>(), query, options.WatchTimeout), cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var lines = new WatchLines<T>(body, options.MaxLineBytes);
        while (await ReadEventAsync(what, lines, cancellationToken) is { } read)
            yield return read;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<ResourceList<T>> ListPageAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T>
    {
        var what = $"listing {query.TypeOf<T>().GroupResource}";
        var body = await ExchangeAsync(what, HttpMethod.Get, ApiPath.OfList(query.TypeOf<T>(), query), null, cancellationToken);
        return Reading(what, () => ResourceList<T>.Read(body));
    }

    private async Task<byte[]> ExchangeAsync(
        string what, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, Fence? fence = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = content,
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.Accept.ParseAdd("application/json");
        if (fence is not null)
            request.Headers.Add(Fence.Header, fence.ToHeader());
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await OverNetworkAsync(what, async () =>
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadBodyAsync(response, either.Token);
            return response.IsSuccessStatusCode ? body : throw Refusal(response, body);
        }, limit.Token, cancellationToken);
    }

    private async Task<HttpResponseMessage> OpenWatchAsync(string what, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.Accept.ParseAdd("application/json");
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await OverNetworkAsync(what, async () =>
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw Refusal(response, await ReadBodyAsync(response, either.Token));
        }, limit.Token, cancellationToken);
    }

    private Task<WatchEvent<T>?> ReadEventAsync<T>(string what, WatchLines<T> lines, CancellationToken cancellationToken)
        where T : class, IResource<T> =>
        OverNetworkAsync(what, () => lines.ReadAsync(cancellationToken), CancellationToken.None, cancellationToken);

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > options.MaxAnswerBytes)
                throw new ModelDecodeException($"the answer is longer than {options.MaxAnswerBytes} bytes");
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    private static ApiException Refusal(HttpResponseMessage response, byte[] body)
    {
        var retryAfter = (int)(response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0);
        return new ApiException(ApiBody.ToStatus((int)response.StatusCode, Words(response.StatusCode), body, retryAfter));
    }

    private async Task<T> OverNetworkAsync<T>(string what, Func<Task<T>> exchange, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange();
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(what, "Timeout", $"there was no answer within {options.Timeout.TotalSeconds:0.#} s", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw NoAnswer(what, "Unreachable", error.InnerException?.Message ?? error.Message, error);
        }
        catch (Exception error) when (error is ModelDecodeException or JsonException)
        {
            throw NoAnswer(what, "UnreadableAnswer", $"the answer cannot be read: {error.Message}", error);
        }
    }

    private T Reading<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is ModelDecodeException or JsonException)
        {
            throw NoAnswer(what, "UnreadableAnswer", $"the answer cannot be read: {error.Message}", error);
        }
    }

    private ApiException NoAnswer(string what, string reason, string message, Exception error) => new(
        Status.Empty with { StatusValue = "Failure", Reason = reason, Message = $"{what} at {client.BaseAddress}: {message}" }, error);

    private static HttpMethod MethodOf(ApiVerb verb) => verb switch
    {
        ApiVerb.Get => HttpMethod.Get,
        ApiVerb.Create => HttpMethod.Post,
        ApiVerb.Update => HttpMethod.Put,
        ApiVerb.Patch => HttpMethod.Patch,
        _ => HttpMethod.Delete,
    };

    private static string Words(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized => "Unauthorized",
        HttpStatusCode.Forbidden => "Forbidden",
        HttpStatusCode.NotFound => "NotFound",
        HttpStatusCode.TooManyRequests => "TooManyRequests",
        HttpStatusCode.ServiceUnavailable => "ServiceUnavailable",
        _ => code.ToString(),
    };
}

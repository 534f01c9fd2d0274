using System.Buffers;
using System.Globalization;
using Holdfast.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Ends a request that takes longer than it may: the server's bound, or what the client asks for by <c>timeout</c> when that is less.
/// What the request waits on is cancelled, and the answer is 504; a write that was already under way may still take place.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private readonly HttpContext _http;
    private readonly CancellationToken _client;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _either;
    private readonly CancellationTokenSource? _most;
    private readonly CancellationTokenSource? _answering;

    private RequestDeadline(HttpContext http, TimeSpan limit, TimeSpan most, TimeProvider time)
    {
        _http = http;
        _client = http.RequestAborted;
        _time = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_client, _time.Token);
        http.RequestAborted = _either.Token;
        if (limit == most)
            return;
        _most = new CancellationTokenSource(most, time);
        _answering = CancellationTokenSource.CreateLinkedTokenSource(_client, _most.Token);
    }

    /// <summary>Whether it is the deadline, and not the client, that ended the request.</summary>
    public bool IsOver => _time.IsCancellationRequested && !_client.IsCancellationRequested;

    /// <summary>Ends with the server's bound, not with the time that the client gave: an answer that has begun goes on.</summary>
    public CancellationToken Answering => (_answering ?? _either).Token;

    /// <summary>Begins the time of a request.</summary>
    /// <param name="http">The request; its token is replaced until this is disposed.</param>
    /// <param name="asked">The parameter <c>timeout</c>; empty for none.</param>
    /// <param name="most">The server's bound.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Client.ApiException">The parameter is no duration.</exception>
    public static RequestDeadline Begin(HttpContext http, string asked, TimeSpan most, TimeProvider time)
    {
        var limit = asked.Length == 0 ? most : Duration(asked)
            ?? throw ApiErrors.BadRequest($"invalid timeout specified in the request URL - time: invalid duration \"{asked}\"");
        return new RequestDeadline(http, limit <= TimeSpan.Zero || limit > most ? most : limit, most, time);
    }

    /// <summary>Gives the request its own token back.</summary>
    public void Dispose()
    {
        _http.RequestAborted = _client;
        _answering?.Dispose();
        _most?.Dispose();
        _either.Dispose();
        _time.Dispose();
    }

    /// <summary>Reads a duration as Go writes it, such as <c>1m30s</c>; null when it is none.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text.Length > 64)
            return null;
        var rest = text.AsSpan();
        var isNegative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        if (rest is "0")
            return TimeSpan.Zero;
        if (rest.IsEmpty)
            return null;
        double seconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..];
            var unit = rest.IndexOfAny(Digits);
            unit = unit < 0 ? rest.Length : unit;
            if (SecondsOf(rest[..unit]) is not { } factor)
                return null;
            seconds += number * factor;
            rest = rest[unit..];
        }
        return seconds > TimeSpan.MaxValue.TotalSeconds / 2 ? null : TimeSpan.FromSeconds(isNegative ? -seconds : seconds);
    }

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => null,
    };
}

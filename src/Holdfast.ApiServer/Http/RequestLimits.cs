using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.ApiServer.Http;

/// <summary>How much a request's first line and headers may hold. The web server's own bounds lie above, so that what is a little too much is told so in full.</summary>
internal static class RequestLimits
{
    private const int MaximumHeaders = 100;
    private const int MaximumHeaderBytes = 64 * 1024;
    private const int MaximumTarget = 32 * 1024;

    /// <summary>Sets the web server's own bounds.</summary>
    public static void Set(KestrelServerLimits limits)
    {
        // What is a little too large is drained, so that the client reads the answer.
        limits.MaxRequestBodySize = 4 * RequestBody.MaximumBytes;
        limits.MaxRequestLineSize = 4 * MaximumTarget;
        limits.MaxRequestHeadersTotalSize = 2 * MaximumHeaderBytes;
        limits.MaxRequestHeaderCount = 2 * MaximumHeaders;
    }

    /// <summary>Refuses a request with too many headers, or too much in them.</summary>
    /// <exception cref="ApiException">431.</exception>
    public static void CheckHeaders(IHeaderDictionary headers)
    {
        var bytes = 0L;
        var count = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                count++;
                bytes += name.Length + (value?.Length ?? 0) + 4;
            }
        }
        if (count > MaximumHeaders || bytes > MaximumHeaderBytes)
            throw HeadersTooLarge();
    }

    /// <summary>Refuses a request whose target is too long.</summary>
    /// <exception cref="ApiException">414.</exception>
    public static void CheckTarget(string target)
    {
        if (target.Length > MaximumTarget)
            throw TargetTooLong();
    }

    /// <summary>431: too many headers, or too much in them.</summary>
    public static ApiException HeadersTooLarge() => ApiErrors.Failure(431, "RequestHeaderFieldsTooLarge",
        $"the request's headers are too large: {MaximumHeaders} headers and {MaximumHeaderBytes} bytes of them are allowed", null);

    /// <summary>414: the path and query are too long.</summary>
    public static ApiException TargetTooLong() => ApiErrors.Failure(414, "RequestURITooLong",
        $"the request's target is too long: {MaximumTarget} characters are allowed", null);
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LedgerStore.Server;

/// <summary>How answers are put on the wire.</summary>
public static class Exchange
{
    /// <summary>Answers with JSON.</summary>
    public static async Task AnswerAsync<T>(this HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Answers with an error.</summary>
    public static Task AnswerAsync(this HttpContext context, LedgerError error)
    {
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return context.AnswerAsync(
            error.Status, new ErrorAnswer(new ErrorDetail(error.Code, error.Message, error.Leader)), AnswerJson.Readable.ErrorAnswer);
    }
}

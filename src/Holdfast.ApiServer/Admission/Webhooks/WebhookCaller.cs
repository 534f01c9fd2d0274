using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Asks one webhook about one write: matching, the call within its time, and what its failure means.</summary>
internal sealed class WebhookCaller(IWebhookTransport transport, ServedResources served, IAuthorizer authorizer, TimeProvider time, IChance chance)
{
    private const int FirstErrorCode = 400;
    private const int LastErrorCode = 599;

    /// <summary>Whether a webhook is asked, and in which version it sees the object.</summary>
    /// <exception cref="ApiException">Its match conditions fail, and it may not be passed over.</exception>
    public Question? Prepare(Webhook hook, ReviewedWrite write)
    {
        if (WebhookMatch.Find(hook, write, served) is not { } resource)
            return null;
        var uid = chance.NewUid();
        var shown = ReviewText.InVersion(write.ObjectJson, write.Resource, resource);
        var body = ReviewText.Write(write, resource, hook.ReviewVersion, uid, shown);
        if (!hook.Conditions.Programs.IsEmpty)
        {
            using var review = System.Text.Json.JsonDocument.Parse(body, Model.Json.JsonInput.DocumentOptions);
            if (!hook.Conditions.Hold(review.RootElement.GetProperty("request"), ConditionAuthorizer.Of(write, authorizer), out var problem))
            {
                return problem is null || hook.IsIgnored
                    ? null
                    : throw ApiErrors.Forbidden(write.Resource, write.Name, problem);
            }
        }
        return write.Request.Context.IsDryRun && !hook.HasNoSideEffects
            ? throw ApiErrors.BadRequest($"admission webhook \"{hook.Name}\" does not support dry run")
            : new Question(hook, write, resource, uid, shown, body);
    }

    /// <summary>Asks; the answer lets the write go on.</summary>
    /// <returns>The answer; null when it could not be had and that is to be ignored.</returns>
    /// <exception cref="ApiException">The webhook denies the write, or could not be asked and must be.</exception>
    public async Task<WebhookAnswer?> AskAsync(Question question, CancellationToken cancellationToken)
    {
        var (hook, context) = (question.Hook, question.Write.Request.Context);
        WebhookAnswer answer;
        try
        {
            answer = WebhookAnswer.Read(await PostAsync(question, cancellationToken), hook, question.Uid);
        }
        catch (WebhookFailure failure)
        {
            if (!hook.IsIgnored)
                throw ApiErrors.Internal($"failed calling webhook \"{hook.Name}\": {failure.Message}", failure);
            context.Annotate("failed-open." + hook.Name, failure.Message);
            return null;
        }
        foreach (var warning in answer.Warnings)
            context.Warn(warning);
        foreach (var (key, value) in answer.Annotations)
            context.Annotate($"{hook.Name}/{key}", value);
        return answer.IsAllowed ? answer : throw Denied(hook, answer.Status ?? Status.Empty);
    }

    private async Task<byte[]> PostAsync(Question question, CancellationToken cancellationToken)
    {
        var hook = question.Hook;
        var address = WebhookAddress.Of(hook);
        var call = $"failed to call webhook: Post \"{WebhookAddress.Shown(hook, address)}\": ";
        using var timeout = new CancellationTokenSource(hook.Timeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var target = WebhookAddress.Target(hook, question.Write.Request.View, chance);
            var (code, body) = await transport.PostAsync(new(address, hook.Client.CaBundle.Span.ToArray(), target, question.Body), ends.Token);
            return code is >= 200 and < 300 ? body : throw new WebhookFailure("failed to call webhook: " + Shown(code, body));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WebhookFailure(call + "context deadline exceeded");
        }
        catch (IOException failure)
        {
            throw new WebhookFailure(call + failure.Message);
        }
    }

    private static string Shown(int code, byte[] body) => code switch
    {
        401 => "Unauthorized",
        403 => "forbidden",
        404 => "the server could not find the requested resource",
        503 => "the server is currently unable to handle the request",
        >= 500 => $"an error on the server (\"{Excerpt(body)}\") has prevented the request from succeeding",
        _ => $"the server responded with the status code {code} but did not return more information",
    };

    private static string Excerpt(byte[] body)
    {
        const int Longest = 500;
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, Longest))).Trim();
        return text.Length == 0 ? "unknown" : text;
    }

    private static ApiException Denied(Webhook hook, Status status)
    {
        var denied = $"admission webhook \"{hook.Name}\" denied the request";
        var message = status.Message.Length > 0 ? $"{denied}: {status.Message}"
            : status.Reason.Length > 0 ? $"{denied}: {status.Reason}"
            : $"{denied} without explanation";
        var code = status.Code is >= FirstErrorCode and <= LastErrorCode ? status.Code : FirstErrorCode;
        return ApiErrors.Failure(code, status.Reason, message, status.Details);
    }

    /// <summary>What a webhook is asked.</summary>
    /// <param name="Hook">Whom.</param>
    /// <param name="Write">About what.</param>
    /// <param name="Resource">The version in which it sees the object.</param>
    /// <param name="Uid">The review's id.</param>
    /// <param name="Shown">The object as it is shown.</param>
    /// <param name="Body">The review.</param>
    internal sealed record Question(Webhook Hook, ReviewedWrite Write, ResourceType Resource, string Uid, ReadOnlyMemory<byte> Shown, ReadOnlyMemory<byte> Body);
}

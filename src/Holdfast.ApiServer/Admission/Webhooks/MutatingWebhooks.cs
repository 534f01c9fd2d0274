using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Json;
using Holdfast.Model.Patching;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>
/// Lets webhooks change what is written, one after the other in the order of their configurations' names. When one has changed
/// something, the whole chain runs once more, and those that ask for it see what others have made of the object since.
/// </summary>
internal sealed class MutatingWebhooks(WebhookCatalogue catalogue, WebhookCaller caller) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "MutatingAdmissionWebhook";

    /// <inheritdoc/>
    public async ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!Exemptions.MayBeAsked(request))
            return resource;
        var sent = resource;
        foreach (var hook in catalogue.All(request.View, mutating: true))
        {
            if (request.IsReinvocation && !(request.LastOutputs.TryGetValue(hook.Key, out var last) && !last.Equals(resource)))
                continue;
            var question = caller.Prepare(hook, ReviewedWrite.Of(request, resource));
            if (question is null)
                continue;
            if (await caller.AskAsync(question, cancellationToken) is { Patch.IsEmpty: false } answer)
                resource = Patched(question, answer, resource);
            if (hook.MayReinvoke)
                request.LastOutputs[hook.Key] = resource;
        }
        if (!ReferenceEquals(sent, resource) && !sent.Equals(resource))
            request.AskForReinvocation();
        return resource;
    }

    /// <summary>What is deleted or connected to cannot be changed, but webhooks are asked all the same.</summary>
    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Operation is AdmissionOperation.Create or AdmissionOperation.Update || !Exemptions.MayBeAsked(request))
            return;
        foreach (var hook in catalogue.All(request.View, mutating: true))
        {
            var question = caller.Prepare(hook, ReviewedWrite.Of(request, resource));
            if (question is not null && await caller.AskAsync(question, cancellationToken) is { Patch.IsEmpty: false })
                throw Unchangeable(question);
        }
    }

    private static IResource Patched(WebhookCaller.Question question, WebhookAnswer answer, IResource resource)
    {
        var write = question.Write;
        if (!write.IsChangeable)
            throw Unchangeable(question);
        try
        {
            var patched = ReviewText.InVersion(PatchedObject.Of(JsonPatch.Apply(question.Shown, answer.Patch), question), question.Resource, write.Resource);
            return write.Back(resource, patched.Span);
        }
        catch (Exception problem) when (problem is PatchException or FormatException or ModelDecodeException or System.Text.Json.JsonException)
        {
            throw ApiErrors.Internal($"admission webhook \"{question.Hook.Name}\" returned a patch that cannot be applied: {problem.Message}", problem);
        }
    }

    private static ApiException Unchangeable(WebhookCaller.Question question) => ApiErrors.Internal(
        $"admission webhook \"{question.Hook.Name}\" attempted to modify the object, which is not supported for this operation");
}

/// <summary>Writes that no webhook is asked about.</summary>
internal static class Exemptions
{
    // Whoever writes a webhook that refuses everything must be able to take it away again.
    public static bool MayBeAsked(AdmissionRequest request) =>
        request.Served.StoreName is not ("mutatingwebhookconfigurations.admissionregistration.k8s.io" or "validatingwebhookconfigurations.admissionregistration.k8s.io");
}

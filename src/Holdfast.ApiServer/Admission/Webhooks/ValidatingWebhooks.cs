using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Lets webhooks refuse what is about to be stored, all at the same time; nothing is stored before all have answered.</summary>
internal sealed class ValidatingWebhooks(WebhookCatalogue catalogue, WebhookCaller caller) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "ValidatingAdmissionWebhook";

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!Exemptions.MayBeAsked(request))
            return;
        List<Task>? asked = null;
        foreach (var hook in catalogue.All(request.View, mutating: false))
        {
            if (caller.Prepare(hook, ReviewedWrite.Of(request, resource)) is { } question)
                (asked ??= []).Add(caller.AskAsync(question, cancellationToken));
        }
        if (asked is not null)
            await Task.WhenAll(asked);
    }
}

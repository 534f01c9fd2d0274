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
        // Who is asked is known before anybody is, so that a condition that fails leaves no call behind.
        List<WebhookCaller.Question>? questions = null;
        foreach (var hook in catalogue.All(request.View, mutating: false))
        {
            if (caller.Prepare(hook, ReviewedWrite.Of(request, resource)) is { } question)
                (questions ??= []).Add(question);
        }
        if (questions is not null)
            await Task.WhenAll(questions.Select(question => caller.AskAsync(question, cancellationToken)));
    }
}

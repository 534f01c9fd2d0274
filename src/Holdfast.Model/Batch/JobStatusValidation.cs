using Holdfast.Model.Rules;

namespace Holdfast.Model.Batch;

/// <summary>What holds for the status of Jobs, alone and as it changes, in Kubernetes' words: what has ended stays ended.</summary>
internal static class JobStatusValidation
{
    private static readonly string[] Lasting = ["Failed", "Complete", "FailureTarget"];

    public static void Check(Job updated, Job old, FieldPath path, FieldErrors errors)
    {
        var (status, before) = (updated.Status, old.Status);
        errors.RequireNotNegative(path, "active", status.Active);
        errors.RequireNotNegative(path, "succeeded", status.Succeeded);
        errors.RequireNotNegative(path, "failed", status.Failed);
        errors.RequireNotNegative(path, "ready", status.Ready ?? 0);
        errors.RequireNotNegative(path, "terminating", status.Terminating ?? 0);
        if (Holds(status, "Complete") && Holds(status, "Failed"))
        {
            Refuse("conditions", "cannot set Complete=True and Failed=true conditions");
        }
        if (Holds(status, "Complete") && status.CompletionTime is null)
        {
            errors.Add(FieldError.Required(path.Child("completionTime"), "completionTime is required for Complete jobs"));
        }
        foreach (var type in Lasting.Where(type => Holds(before, type) && !Holds(status, type)))
        {
            Refuse("conditions", $"cannot disable the terminal {type}=True condition");
        }
        if (status.Failed < before.Failed)
        {
            errors.Add(FieldError.Invalid(path.Child("failed"), (long)status.Failed, "cannot decrease the failed counter"));
        }
        if (status.Succeeded < before.Succeeded && updated.Spec.CompletionMode != "Indexed")
        {
            errors.Add(FieldError.Invalid(path.Child("succeeded"), (long)status.Succeeded, "cannot decrease the succeeded counter"));
        }
        if (Holds(before, "SuccessCriteriaMet") && !Holds(status, "SuccessCriteriaMet"))
        {
            Refuse("conditions", "cannot disable the SuccessCriteriaMet=True condition");
        }

        void Refuse(string field, string words) =>
            errors.Add(new(FieldErrorType.FieldValueInvalid, path.Child(field).ToString(), $"Invalid value: {words}"));
    }

    private static bool Holds(JobStatus status, string type) => status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");
}

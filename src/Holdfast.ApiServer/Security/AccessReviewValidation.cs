using Holdfast.Model.Authorization;
using Holdfast.Model.Meta;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security;

/// <summary>What holds for the reviews that ask who may do what, in Kubernetes' order and words.</summary>
internal static class AccessReviewValidation
{
    private static readonly FieldPath Spec = FieldPath.Root("spec");

    /// <summary>What is wrong with what is asked, and with whom it is asked about.</summary>
    /// <param name="resource">What is asked of a resource.</param>
    /// <param name="path">What is asked of a path.</param>
    /// <param name="subject">The name and the groups of who is asked about; null when it is who asks.</param>
    public static IEnumerable<FieldError> OfAttributes(ResourceAttributes? resource, NonResourceAttributes? path, (string User, ValueList<string> Groups)? subject)
    {
        var errors = new FieldErrors();
        // What is not there is shown as null, as Kubernetes shows it.
        if (resource is not null && path is not null)
            errors.Add(FieldError.InvalidJson(Spec.Child("nonResourceAttributes"), ShownValue.Record(path), "cannot be specified in combination with resourceAttributes"));
        if (resource is null && path is null)
            errors.Add(FieldError.InvalidJson(Spec.Child("resourceAttributes"), "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        if (subject is { User.Length: 0, Groups.IsEmpty: true })
            errors.Add(FieldError.Invalid(Spec.Child("user"), "", "at least one of user or group must be specified"));
        var attributes = Spec.Child("resourceAttributes");
        if (resource?.FieldSelector is { } fields)
        {
            CheckSelector(fields.RawSelector, fields.Requirements.Count, attributes.Child("fieldSelector"), errors);
            for (var i = 0; i < fields.Requirements.Count; i++)
                CheckFieldRequirement(fields.Requirements[i], attributes.Child("fieldSelector").Child("requirements").Index(i), errors);
        }
        if (resource?.LabelSelector is { } labels)
        {
            CheckSelector(labels.RawSelector, labels.Requirements.Count, attributes.Child("labelSelector"), errors);
            for (var i = 0; i < labels.Requirements.Count; i++)
                CheckLabelRequirement(labels.Requirements[i], attributes.Child("labelSelector").Child("requirements").Index(i), errors);
        }
        return errors.ToImmutable();
    }

    /// <summary>What is wrong with the metadata of a review, which is never stored: anything but the book of its fields.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="words">What is expected.</param>
    public static IEnumerable<FieldError> OfMetadata(ObjectMeta metadata, string words)
    {
        var shown = metadata with { ManagedFields = default };
        if (shown != ObjectMeta.Empty)
            yield return FieldError.InvalidJson(FieldPath.Root("metadata"), ShownValue.Record(shown), words);
    }

    /// <summary>What is wrong with a review of one namespace.</summary>
    /// <param name="review">The review, in the namespace of the request.</param>
    public static IEnumerable<FieldError> OfNamespace(LocalSubjectAccessReview review)
    {
        if (review.Spec.ResourceAttributes is { } resource && resource.Namespace != review.Metadata.Namespace)
            yield return FieldError.Invalid(Spec.Child("resourceAttributes").Child("namespace"), resource.Namespace, "must match metadata.namespace");
        if (review.Spec.NonResourceAttributes is { } path)
            yield return FieldError.InvalidJson(Spec.Child("nonResourceAttributes"), ShownValue.Record(path), "disallowed on this kind of request");
    }

    private static void CheckSelector(string raw, int requirements, FieldPath path, FieldErrors errors)
    {
        if (raw.Length > 0 && requirements > 0)
            errors.Add(FieldError.Invalid(path.Child("rawSelector"), raw, "may not specified at the same time as requirements"));
        if (raw.Length == 0 && requirements == 0)
            errors.Add(FieldError.Required(path.Child("requirements"), $"when {path} is specified, requirements or rawSelector is required"));
    }

    private static void CheckFieldRequirement(FieldSelectorRequirement term, FieldPath path, FieldErrors errors)
    {
        errors.Require(path, "key", term.Key, "must be specified");
        CheckValues(term.Operator, term.Values, path, errors);
    }

    private static void CheckLabelRequirement(LabelSelectorRequirement term, FieldPath path, FieldErrors errors)
    {
        CheckValues(term.Operator, term.Values, path, errors);
        errors.RequireFormat(path, "key", term.Key, TextFormats.QualifiedName);
        for (var i = 0; i < term.Values.Count; i++)
            errors.RequireFormat(path.Child("values").Index(i), term.Values[i], TextFormats.LabelValue);
    }

    // An operator that is not known is let pass, so that newer clients can ask: who decides takes it as no limit.
    private static void CheckValues(string op, ValueList<string> values, FieldPath path, FieldErrors errors)
    {
        if (op is "In" or "NotIn" && values.IsEmpty)
            errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
        if (op is "Exists" or "DoesNotExist" && !values.IsEmpty)
            errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
}

using Holdfast.Model.Meta;

namespace Holdfast.Model.Rules;

/// <summary>What holds for label selectors, as the rules of kinds check them: nothing is allocated while nothing is wrong.</summary>
internal static class LabelSelectorValidation
{
    /// <summary>Checks a selector.</summary>
    /// <param name="selector">The selector, or null, which is fine.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(LabelSelector? selector, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            return;
        }
        MetadataValidation.CheckLabels(selector.MatchLabels, path.Child("matchLabels"), errors);
        for (var i = 0; i < selector.MatchExpressions.Count; i++)
        {
            CheckRequirement(selector.MatchExpressions[i], path.Child("matchExpressions").Index(i), errors);
        }
    }

    /// <summary>Whether a selector picks nothing out: it has no term.</summary>
    /// <param name="selector">The selector.</param>
    public static bool IsEmpty(LabelSelector selector) => selector.MatchLabels.IsEmpty && selector.MatchExpressions.IsEmpty;

    private static void CheckRequirement(LabelSelectorRequirement term, FieldPath path, FieldErrors errors)
    {
        switch (term.Operator)
        {
            case "In" or "NotIn":
                if (term.Values.IsEmpty)
                {
                    errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
                }
                break;
            case "Exists" or "DoesNotExist":
                if (!term.Values.IsEmpty)
                {
                    errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                }
                break;
            default:
                errors.Add(FieldError.Invalid(path.Child("operator"), term.Operator, "not a valid selector operator"));
                break;
        }
        errors.RequireFormat(path, "key", term.Key, TextFormats.QualifiedName);
        for (var i = 0; i < term.Values.Count; i++)
        {
            foreach (var problem in TextFormats.LabelValue(term.Values[i]))
            {
                errors.Add(FieldError.Invalid(path.Child("values").Index(i), term.Values[i], problem));
            }
        }
    }
}

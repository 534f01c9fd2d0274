using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for taints and for what tolerates them.</summary>
internal static class TaintValidation
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static void Check(ValueList<Taint> taints, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < taints.Count; i++)
        {
            var taint = taints[i];
            var at = path.Index(i);
            errors.RequireFormat(at, "key", taint.Key, TextFormats.QualifiedName);
            CheckValue(taint.Value, at, "value", errors);
            if (errors.Require(at, "effect", taint.Effect))
            {
                CheckEffect(taint.Effect, at, errors);
            }
            if (taints.Take(i).Any(other => other.Key == taint.Key && other.Effect == taint.Effect))
            {
                var shown = $"{{\"Key\":{ShownValue.Text(taint.Key)},\"Value\":{ShownValue.Text(taint.Value)},\"Effect\":{ShownValue.Text(taint.Effect)},\"TimeAdded\":{ShownValue.Time(taint.TimeAdded)}}}";
                errors.Add(FieldError.DuplicateJson(at, $"{shown}: taints must be unique by key and effect pair"));
            }
        }
    }

    public static void CheckTolerations(ValueList<Toleration> tolerations, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            CheckToleration(tolerations[i], path.Index(i), errors);
        }
    }

    private static void CheckToleration(Toleration toleration, FieldPath path, FieldErrors errors)
    {
        if (toleration.Key.Length > 0)
        {
            errors.RequireFormat(path, "key", toleration.Key, TextFormats.QualifiedName);
        }
        else if (toleration.Operator != "Exists")
        {
            errors.Add(FieldError.Invalid(
                path.Child("operator"), toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        }
        if (toleration.TolerationSeconds is not null && toleration.Effect != "NoExecute")
        {
            errors.Add(FieldError.Invalid(path.Child("effect"), toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        }
        switch (toleration.Operator)
        {
            case "" or "Equal":
                CheckValue(toleration.Value, path, "operator", errors);
                break;
            case "Exists":
                if (toleration.Value.Length > 0)
                {
                    errors.Add(FieldError.Invalid(path.Child("operator"), toleration.Value, "value must be empty when `operator` is 'Exists'"));
                }
                break;
            default:
                errors.Add(FieldError.NotSupported(path.Child("operator"), toleration.Operator, "Equal", "Exists"));
                break;
        }
        if (toleration.Effect.Length > 0)
        {
            CheckEffect(toleration.Effect, path, errors);
        }
    }

    private static void CheckValue(string value, FieldPath path, string field, FieldErrors errors)
    {
        var problems = TextFormats.LabelValue(value);
        if (problems.Length > 0)
        {
            errors.Add(FieldError.Invalid(path.Child(field), value, string.Join(';', problems)));
        }
    }

    private static void CheckEffect(string effect, FieldPath path, FieldErrors errors)
    {
        if (!Effects.Contains(effect))
        {
            errors.Add(FieldError.NotSupported(path.Child("effect"), effect, Effects));
        }
    }
}

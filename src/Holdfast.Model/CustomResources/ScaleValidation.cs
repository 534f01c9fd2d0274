using System.Text.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>What holds for the values that a custom object's scale is made of.</summary>
internal static class ScaleValidation
{
    internal static void Check(JsonElement root, CustomScale scale, FieldErrors errors)
    {
        CheckReplicas(root, scale.SpecReplicas, errors);
        CheckReplicas(root, scale.StatusReplicas, errors);
        if (scale.Selector is { } path && path.Find(root) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.String) } found)
        {
            errors.Add(FieldError.Invalid(At(path), "", $"{Text(path)} accessor error: {GoText.Of(found)} is of the type {GoText.TypeOf(found)}, expected string"));
        }
    }

    private static void CheckReplicas(JsonElement root, MemberPath path, FieldErrors errors)
    {
        var found = path.Find(root);
        if (found.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }
        if (found.ValueKind != JsonValueKind.Number || !found.TryGetInt64(out var replicas))
        {
            errors.Add(FieldError.Invalid(At(path), 0L, $"{Text(path)} accessor error: {GoText.Of(found)} is of the type {GoText.TypeOf(found)}, expected int64"));
        }
        else if (replicas < 0)
        {
            errors.Add(FieldError.Invalid(At(path), replicas, "should be a non-negative integer"));
        }
        else if (replicas > int.MaxValue)
        {
            errors.Add(FieldError.Invalid(At(path), replicas, $"should be less than or equal to {int.MaxValue}"));
        }
    }

    private static FieldPath At(MemberPath path) => FieldPath.Root(Text(path));

    private static string Text(MemberPath path) => "." + string.Join('.', path.Names);
}

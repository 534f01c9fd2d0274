using Holdfast.Model.Core;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Storage;

/// <summary>The rules of StorageClasses: how a class makes volumes never changes.</summary>
internal sealed class StorageClassRules : ResourceRules<StorageClass>
{
    private static readonly FieldPath Parameters = FieldPath.Root("parameters");

    public override StorageClass Default(StorageClass storage) => storage with
    {
        ReclaimPolicy = storage.ReclaimPolicy ?? "Delete",
        VolumeBindingMode = storage.VolumeBindingMode ?? "Immediate",
    };

    protected override void Check(StorageClass storage, FieldErrors errors)
    {
        CheckProvisioner(storage.Provisioner, errors);
        CheckParameters(storage.Parameters, errors);
        if (storage.ReclaimPolicy is { Length: > 0 } policy && policy is not ("Delete" or "Retain"))
        {
            errors.Add(FieldError.NotSupported(FieldPath.Root("reclaimPolicy"), policy, "Delete", "Retain"));
        }
        if (storage.VolumeBindingMode is null)
        {
            errors.Add(FieldError.Required(FieldPath.Root("volumeBindingMode")));
        }
        else if (storage.VolumeBindingMode is not ("Immediate" or "WaitForFirstConsumer"))
        {
            errors.Add(FieldError.NotSupported(FieldPath.Root("volumeBindingMode"), storage.VolumeBindingMode, "Immediate", "WaitForFirstConsumer"));
        }
        CheckTopologies(storage.AllowedTopologies, errors);
    }

    protected override void CheckUpdate(StorageClass updated, StorageClass old, FieldErrors errors)
    {
        if (updated.Parameters != old.Parameters)
        {
            errors.Add(FieldError.Forbidden(Parameters, "updates to parameters are forbidden."));
        }
        if (updated.Provisioner != old.Provisioner)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root("provisioner"), "updates to provisioner are forbidden."));
        }
        errors.RequireUnchanged(FieldPath.Root("reclaimPolicy"), updated.ReclaimPolicy, old.ReclaimPolicy);
        errors.RequireUnchanged(FieldPath.Root("volumeBindingMode"), updated.VolumeBindingMode, old.VolumeBindingMode);
        Check(updated, errors);
    }

    private static void CheckProvisioner(string provisioner, FieldErrors errors)
    {
        var path = FieldPath.Root("provisioner");
        if (provisioner.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }
        foreach (var problem in TextFormats.QualifiedName(provisioner.ToLowerInvariant()))
        {
            errors.Add(FieldError.Invalid(path, provisioner, problem));
        }
    }

    private static void CheckParameters(ValueMap<string> parameters, FieldErrors errors)
    {
        const int MaxCount = 512;
        const int MaxBytes = 256 * 1024;
        if (parameters.Count > MaxCount)
        {
            errors.Add(new FieldError(FieldErrorType.FieldValueTooLong, "provisioner parameters.length", $"Too long: may not be more than {MaxCount} bytes"));
            return;
        }
        long characters = 0;
        foreach (var (key, value) in parameters)
        {
            if (key.Length == 0)
            {
                errors.Add(FieldError.Invalid(Parameters, key, "field can not be empty."));
            }
            characters += key.Length + value.Length;
        }
        if (characters > MaxBytes)
        {
            errors.Add(FieldError.TooLong(Parameters, MaxBytes));
        }
    }

    private static void CheckTopologies(ValueList<TopologySelectorTerm> terms, FieldErrors errors)
    {
        var path = FieldPath.Root("allowedTopologies");
        for (var i = 0; i < terms.Count; i++)
        {
            var requirements = terms[i].MatchLabelExpressions;
            for (var j = 0; j < requirements.Count; j++)
            {
                CheckRequirement(requirements, j, path.Index(i).Child("matchLabelExpressions").Index(j), errors);
            }
            if (terms.Take(i).Contains(terms[i]))
            {
                errors.Add(FieldError.Duplicate(path.Index(i).Child("matchLabelExpressions"), ""));
            }
        }
    }

    private static void CheckRequirement(ValueList<TopologySelectorLabelRequirement> requirements, int index, FieldPath path, FieldErrors errors)
    {
        var requirement = requirements[index];
        if (requirement.Values.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("values")));
        }
        for (var i = 0; i < requirement.Values.Count; i++)
        {
            if (requirement.Values.Take(i).Contains(requirement.Values[i]))
            {
                errors.Add(FieldError.Duplicate(path.Child("values").Index(i), requirement.Values[i]));
            }
        }
        errors.RequireFormat(path, "key", requirement.Key, TextFormats.QualifiedName);
        if (requirements.Take(index).Any(other => other.Key == requirement.Key))
        {
            errors.Add(FieldError.Duplicate(path.Child("key"), requirement.Key));
        }
    }
}

using System.Text;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Model.Rules;

/// <summary>What holds for the metadata of every object, in Kubernetes' order and words.</summary>
public static class MetadataValidation
{
    /// <summary>How large an object's annotations may be together, in bytes.</summary>
    public const int MaxAnnotationsBytes = 256 * 1024;

    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>Checks the metadata of an object.</summary>
    /// <param name="meta">The metadata, its name already generated.</param>
    /// <param name="isNamespaced">Whether such objects live in namespaces.</param>
    /// <param name="nameFormat">The form of their names.</param>
    /// <param name="path">Where the metadata is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Check(ObjectMeta meta, bool isNamespaced, TextFormat nameFormat, FieldPath path, FieldErrors errors)
    {
        if (meta.GenerateName.Length > 0)
        {
            foreach (var problem in nameFormat(WithoutTrailingDash(meta.GenerateName)))
            {
                errors.Add(FieldError.Invalid(path.Child("generateName"), meta.GenerateName, problem));
            }
        }
        if (errors.Require(path, "name", meta.Name, "name or generateName is required"))
        {
            errors.RequireFormat(path, "name", meta.Name, nameFormat);
        }
        CheckNamespace(meta.Namespace, isNamespaced, path, errors);
        errors.RequireNotNegative(path, "generation", meta.Generation);
        CheckLabels(meta.Labels, path.Child("labels"), errors);
        CheckAnnotations(meta.Annotations, path.Child("annotations"), errors);
        CheckOwners(meta.OwnerReferences, path, errors);
        CheckFinalizers(meta.Finalizers, path, errors);
        CheckManagedFields(meta.ManagedFields, path, errors);
    }

    /// <summary>Checks a change of an object's metadata.</summary>
    /// <param name="updated">The new metadata.</param>
    /// <param name="old">The stored metadata.</param>
    /// <param name="path">Where the metadata is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void CheckUpdate(ObjectMeta updated, ObjectMeta old, FieldPath path, FieldErrors errors)
    {
        if (old.DeletionTimestamp is not null)
        {
            CheckNoNewFinalizers(updated, old, path, errors);
        }
        if (updated.ResourceVersion.Length == 0)
        {
            errors.Add(FieldError.Invalid(path.Child("resourceVersion"), "", "must be specified for an update"));
        }
        if (updated.Generation < old.Generation)
        {
            errors.Add(FieldError.Invalid(path.Child("generation"), updated.Generation, "must not be decremented"));
        }
        errors.RequireUnchanged(path.Child("name"), updated.Name, old.Name);
        errors.RequireUnchanged(path.Child("namespace"), updated.Namespace, old.Namespace);
        errors.RequireUnchanged(path.Child("uid"), updated.Uid, old.Uid);
        errors.RequireUnchanged(path.Child("creationTimestamp"), updated.CreationTimestamp, old.CreationTimestamp, ShownValue.Time);
        errors.RequireUnchanged(path.Child("deletionTimestamp"), updated.DeletionTimestamp, old.DeletionTimestamp, ShownValue.Time);
        errors.RequireUnchanged(path.Child("deletionGracePeriodSeconds"), updated.DeletionGracePeriodSeconds, old.DeletionGracePeriodSeconds, ShownValue.Number);
        CheckLabels(updated.Labels, path.Child("labels"), errors);
        CheckAnnotations(updated.Annotations, path.Child("annotations"), errors);
        CheckOwners(updated.OwnerReferences, path, errors);
        CheckFinalizers(updated.Finalizers, path, errors);
        CheckManagedFields(updated.ManagedFields, path, errors);
    }

    /// <summary>Checks labels.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="path">Where they are.</param>
    /// <param name="errors">Where problems go.</param>
    public static void CheckLabels(ValueMap<string> labels, FieldPath path, FieldErrors errors)
    {
        foreach (var (key, value) in labels)
        {
            errors.RequireFormat(path, key, TextFormats.QualifiedName);
            errors.RequireFormat(path, value, TextFormats.LabelValue);
        }
    }

    /// <summary>Checks annotations: their keys' form, in which case does not count, and their size together.</summary>
    /// <param name="annotations">The annotations.</param>
    /// <param name="path">Where they are.</param>
    /// <param name="errors">Where problems go.</param>
    public static void CheckAnnotations(ValueMap<string> annotations, FieldPath path, FieldErrors errors)
    {
        long bytes = 0;
        foreach (var (key, value) in annotations)
        {
            foreach (var problem in TextFormats.QualifiedName(key.ToLowerInvariant()))
            {
                errors.Add(FieldError.Invalid(path, key, problem));
            }
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }
        if (bytes > MaxAnnotationsBytes)
        {
            errors.Add(FieldError.TooLong(path, MaxAnnotationsBytes));
        }
    }

    /// <summary>A name's beginning as it is checked: a hyphen at its end is no problem, for more will follow.</summary>
    /// <param name="prefix">The beginning.</param>
    private static string WithoutTrailingDash(string prefix) =>
        prefix.Length > 1 && prefix.EndsWith('-') ? prefix[..^2] + "a" : prefix;

    private static void CheckNamespace(string name, bool isNamespaced, FieldPath path, FieldErrors errors)
    {
        if (!isNamespaced)
        {
            if (name.Length > 0)
            {
                errors.Add(FieldError.Forbidden(path.Child("namespace"), "not allowed on this type"));
            }
        }
        else if (errors.Require(path, "namespace", name))
        {
            errors.RequireFormat(path, "namespace", name, TextFormats.Dns1123Label);
        }
    }

    private static void CheckOwners(ValueList<OwnerReference> owners, FieldPath path, FieldErrors errors)
    {
        string? firstController = null;
        foreach (var owner in owners)
        {
            CheckOwner(owner, path, errors);
            if (owner.Controller != true)
            {
                continue;
            }
            var controller = $"{owner.Kind}/{owner.Name}";
            if (firstController is not null)
            {
                errors.Add(FieldError.InvalidJson(
                    path.Child("ownerReferences"),
                    ShownValue.List(owners),
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {firstController} and {controller}"));
            }
            firstController ??= controller;
        }
    }

    private static void CheckOwner(OwnerReference owner, FieldPath path, FieldErrors errors)
    {
        if (owner.ApiVersion.Length == 0 || owner.ApiVersion.EndsWith('/'))
        {
            errors.Add(FieldError.Invalid(path.Child("ownerReferences").Child("apiVersion"), owner.ApiVersion, "version must not be empty"));
        }
        WantOwnerField("kind", owner.Kind);
        WantOwnerField("name", owner.Name);
        WantOwnerField("uid", owner.Uid);
        if (owner is { ApiVersion: "v1", Kind: "Event" })
        {
            errors.Add(FieldError.InvalidJson(path.Child("ownerReferences"), ShownValue.Record(owner), "/v1, Kind=Event is disallowed from being an owner"));
        }

        void WantOwnerField(string name, string value)
        {
            if (value.Length == 0)
            {
                errors.Add(FieldError.Invalid(path.Child("ownerReferences").Child(name), value, "must not be empty"));
            }
        }
    }

    private static void CheckFinalizers(ValueList<string> finalizers, FieldPath path, FieldErrors errors)
    {
        var (orphans, waits) = (false, false);
        for (var i = 0; i < finalizers.Count; i++)
        {
            var finalizer = finalizers[i];
            errors.RequireFormat(path, "finalizers", finalizer, TextFormats.QualifiedName);
            if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not ("kubernetes" or OrphanFinalizer or ForegroundFinalizer))
            {
                errors.Add(FieldError.Invalid(
                    path.Child("finalizers").Index(i), finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
            }
            orphans |= finalizer == OrphanFinalizer;
            waits |= finalizer == ForegroundFinalizer;
        }
        if (orphans && waits)
        {
            errors.Add(FieldError.InvalidJson(
                path.Child("finalizers"), ShownValue.Texts(finalizers), $"finalizer {OrphanFinalizer} and {ForegroundFinalizer} cannot be both set"));
        }
    }

    private static void CheckNoNewFinalizers(ObjectMeta updated, ObjectMeta old, FieldPath path, FieldErrors errors)
    {
        var added = updated.Finalizers.Except(old.Finalizers).Order(StringComparer.Ordinal).Select(QuotedText.Quote).ToList();
        if (added.Count > 0)
        {
            errors.Add(FieldError.Forbidden(
                path.Child("finalizers"),
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added)}}}"));
        }
    }

    private static void CheckManagedFields(ValueList<ManagedFieldsEntry> entries, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Operation is not ("Apply" or "Update"))
            {
                errors.Add(FieldError.Invalid(path.Child("managedFields").Index(i).Child("operation"), entry.Operation, "must be `Apply` or `Update`"));
            }
            if (entry.FieldsType is not ("" or "FieldsV1"))
            {
                errors.Add(FieldError.Invalid(path.Child("managedFields").Index(i).Child("fieldsType"), entry.FieldsType, "must be `FieldsV1`"));
            }
            ManagerNames.Check(entry.Manager, path.Child("managedFields").Index(i).Child("manager"), errors);
            if (entry.Subresource.Length > 256)
            {
                errors.Add(FieldError.TooLong(path.Child("managedFields").Index(i).Child("subresource"), 256));
            }
        }
    }
}

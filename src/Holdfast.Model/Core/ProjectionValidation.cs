using System.Collections.Immutable;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>What holds for volumes that are put together from several sources, and for files that hold a pod's own fields.</summary>
internal static class ProjectionValidation
{
    private const int ShortestTokenSeconds = 10 * 60;

    private static readonly ImmutableArray<string> PodFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    public static void Check(ProjectedVolumeSource projected, FieldPath path, FieldErrors errors)
    {
        LocalPaths.RequireMode(projected.DefaultMode, path, "defaultMode", errors);
        var files = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < projected.Sources.Count; i++)
        {
            CheckSource(projected.Sources[i], files, path.Child("sources").Index(i), errors);
        }
    }

    public static void CheckFiles(ValueList<DownwardAPIVolumeFile> files, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < files.Count; i++)
        {
            var (file, at) = (files[i], path.Child("items").Index(i));
            LocalPaths.RequireFile(file.Path, at, "path", errors);
            if (file.FieldRef is { } field)
            {
                EnvironmentValidation.CheckPodField(field, PodFields, at.Child("fieldRef"), errors);
                if (file.ResourceFieldRef is not null)
                {
                    errors.Add(FieldError.InvalidJson(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
                }
            }
            else if (file.ResourceFieldRef is { } resource)
            {
                EnvironmentValidation.CheckContainerField(resource, namesContainer: true, at.Child("resourceFieldRef"), errors);
            }
            else
            {
                errors.Add(FieldError.Required(at, "one of fieldRef and resourceFieldRef is required"));
            }
            LocalPaths.RequireMode(file.Mode, at, "mode", errors);
        }
    }

    private static void CheckSource(VolumeProjection source, HashSet<string> files, FieldPath path, FieldErrors errors)
    {
        if (source.Secret is { } secret)
        {
            errors.Require(path.Child("secret"), "name", secret.Name);
            VolumeValidation.CheckItems(secret.Items, path.Child("secret"), errors);
            WantNew(secret.Items.Select(item => item.Path), secret.Name);
        }
        if (source.ConfigMap is { } configMap)
        {
            errors.Require(path.Child("configMap"), "name", configMap.Name);
            VolumeValidation.CheckItems(configMap.Items, path.Child("configMap"), errors);
            WantNew(configMap.Items.Select(item => item.Path), configMap.Name);
        }
        if (source.DownwardAPI is { } downward)
        {
            CheckFiles(downward.Items, path.Child("downwardAPI"), errors);
            WantNew(downward.Items.Select(item => item.Path), "downwardAPI");
        }
        if (source.ServiceAccountToken is { } token)
        {
            CheckToken(token, path.Child("serviceAccountToken"), errors);
            WantNew([token.Path], "serviceAccountToken");
        }
        if (source.ClusterTrustBundle is { } bundle)
        {
            LabelSelectorValidation.Check(bundle.LabelSelector, path.Child("clusterTrustBundle").Child("labelSelector"), errors);
        }
        var count = new object?[]
        {
            source.Secret, source.ConfigMap, source.DownwardAPI, source.ServiceAccountToken, source.ClusterTrustBundle, source.PodCertificate,
        }.Count(part => part is not null);
        if (count > 1)
        {
            errors.Add(FieldError.Forbidden(path, "may not specify more than 1 volume type per source"));
        }

        void WantNew(IEnumerable<string> paths, string owner)
        {
            foreach (var file in paths)
            {
                if (file.Length > 0 && !files.Add(file))
                {
                    errors.Add(FieldError.Invalid(path, owner, $"conflicting duplicate path {QuotedText.Quote(file)}"));
                }
            }
        }
    }

    private static void CheckToken(ServiceAccountTokenProjection token, FieldPath path, FieldErrors errors)
    {
        if (token.ExpirationSeconds is < ShortestTokenSeconds)
        {
            errors.Add(FieldError.Invalid(path.Child("expirationSeconds"), token.ExpirationSeconds.Value, "may not specify a duration less than 10 minutes"));
        }
        else if (token.ExpirationSeconds is > 1L << 32)
        {
            errors.Add(FieldError.Invalid(path.Child("expirationSeconds"), token.ExpirationSeconds.Value, "may not specify a duration larger than 2^32 seconds"));
        }
        LocalPaths.RequireFile(token.Path, path, "path", errors);
    }
}

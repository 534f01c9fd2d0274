using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.Runtime;

/// <summary>The kinds that definitions of custom resources bring, for controllers that look after any kind.</summary>
public static class CustomKinds
{
    /// <summary>A version under which the objects of a definition are served; null when there is none yet, or none any more.</summary>
    /// <param name="definition">The definition.</param>
    public static ResourceType? TypeOf(CustomResourceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var isEstablished = definition.Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" });
        var version = definition.Spec.Versions.Where(version => version.Served).OrderByDescending(version => version.Storage).FirstOrDefault();
        var names = definition.Status.AcceptedNames;
        return isEstablished && version is not null
            ? new ResourceType(definition.Spec.Group, version.Name, names.Kind, names.Plural, definition.Spec.Scope == "Namespaced")
            : null;
    }
}

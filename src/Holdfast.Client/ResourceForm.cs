using System.Text.Json;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.Client;

/// <summary>
/// Gives an object as the record that a caller has for its kind: a server may know a custom resource by its definition
/// alone where the client has a record for it, and the other way round.
/// </summary>
public static class ResourceForm
{
    /// <summary>The object as a record; the same one when it is that already.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="resource">The object.</param>
    /// <returns>Null when it is of another kind.</returns>
    /// <exception cref="ModelDecodeException">The object does not have the record's shape.</exception>
    public static T? As<T>(IResource? resource) where T : class, IResource<T>
    {
        if (resource is null or T)
            return (T?)resource;
        if (typeof(T) == typeof(CustomObject))
        {
            using var document = JsonDocument.Parse(ModelJson.ToBytes(resource.Write), JsonInput.DocumentOptions);
            return (T)(object)CustomObject.Of(document.RootElement, resource.GetResourceType(), new DecodeIssues());
        }
        return resource is CustomObject custom && custom.Type.ApiVersion == T.ResourceType.ApiVersion && custom.Type.Kind == T.ResourceType.Kind
            ? ModelJson.Read<T>(ModelJson.ToBytes(resource.Write))
            : null;
    }
}

using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.Model.Resources;

/// <summary>Any object of the API: something with a type, metadata and a JSON form.</summary>
public interface IResource
{
    /// <summary>Name, namespace, labels and the rest of what every object carries.</summary>
    ObjectMeta Metadata { get; }

    /// <summary>The object's type.</summary>
    ResourceType GetResourceType();

    /// <summary>The same object with other metadata.</summary>
    /// <param name="metadata">The new metadata.</param>
    IResource WithMetadata(ObjectMeta metadata);

    /// <summary>Writes the object as one JSON value.</summary>
    /// <param name="writer">The writer.</param>
    void Write(Utf8JsonWriter writer);
}

/// <summary>An object of a kind that is known when compiling.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IResource<TSelf> : IResource, IModelType<TSelf> where TSelf : class, IResource<TSelf>
{
    /// <summary>The type of all such objects.</summary>
    static abstract ResourceType ResourceType { get; }

    /// <summary>The same object with other metadata.</summary>
    /// <param name="metadata">The new metadata.</param>
    new TSelf WithMetadata(ObjectMeta metadata);

    /// <summary>Writes the object as one JSON value.</summary>
    /// <param name="writer">The writer.</param>
    new void Write(Utf8JsonWriter writer);
}

using System.Reflection;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Tests.References;

/// <summary>All types of the Model.</summary>
internal static class ModelTypes
{
    /// <summary>The schemas by their OpenAPI names.</summary>
    internal static IReadOnlyDictionary<string, TypeSchema> Schemas { get; } = typeof(IResource).Assembly.GetTypes()
        .Where(type => !type.IsInterface && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IModelType<>)))
        .Select(type => (TypeSchema)type.GetProperty("ModelSchema", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)
        .ToDictionary(schema => schema.Name, StringComparer.Ordinal);
}

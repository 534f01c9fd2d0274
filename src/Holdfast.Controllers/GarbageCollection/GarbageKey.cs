using Holdfast.Client.Caching;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>Names one object of any kind.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Key">The object's key.</param>
public readonly record struct GarbageKey(ResourceType Type, ResourceKey Key)
{
    /// <summary>The form that people read: <c>pods/default/web-0</c>.</summary>
    public override string ToString() => $"{Type.GroupResource}/{Key}";
}

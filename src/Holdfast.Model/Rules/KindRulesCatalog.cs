using System.Collections.Frozen;
using Holdfast.Model.Resources;

namespace Holdfast.Model.Rules;

/// <summary>The rules of every kind that the API serves.</summary>
public static class KindRulesCatalog
{
    private static readonly FrozenDictionary<ResourceType, KindRules> ByType = new Dictionary<ResourceType, KindRules>
    {
    }.ToFrozenDictionary();

    /// <summary>The rules of a kind, or null when the Model has none for it.</summary>
    /// <param name="type">The kind.</param>
    public static KindRules? Find(ResourceType type) => ByType.GetValueOrDefault(type);
}

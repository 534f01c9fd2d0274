using System.Collections.Immutable;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.Controllers.Runtime;

/// <summary>The kinds that controllers for any kind look after.</summary>
public static class ServedKinds
{
    /// <summary>Every kind that the API server stores: those of the Model that have rules.</summary>
    public static ImmutableArray<ResourceCodec> OfModel { get; } = [.. ResourceCatalog.Codecs.Where(codec => KindRulesCatalog.Find(codec.Type) is not null)];
}

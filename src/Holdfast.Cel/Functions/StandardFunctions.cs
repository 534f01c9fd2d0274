using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Holdfast.Cel.Functions;

/// <summary>Every function and operator there is: cel-spec's, and Kubernetes' additions.</summary>
internal static class StandardFunctions
{
    private static readonly FrozenDictionary<(string Name, bool IsMember, int Count), ImmutableArray<CelOverload>> Overloads =
        new[]
            {
                Operators.Library, Comparisons.Library, Conversions.Library, Texts.Library, Lists.Library, ListShapes.Library, Times.Library, Optionals.Library,
                Quantities.Library, Urls.Library, Addresses.Library, NamedFormats.Library, Versions.Library, Authorization.Library,
            }
            .SelectMany(library => library.Overloads)
            .GroupBy(overload => (overload.Name, overload.IsMember, overload.Parameters.Length))
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());

    private static readonly FrozenSet<string> Names = Overloads.Keys.Select(key => key.Name).ToFrozenSet(StringComparer.Ordinal);

    public static bool Has(string name) => Names.Contains(name);

    public static ImmutableArray<CelOverload> Find(string name, bool isMember, int count) =>
        Overloads.TryGetValue((name, isMember, count), out var found) ? found : [];
}

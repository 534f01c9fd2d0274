using System.Collections.Immutable;
using Holdfast.Client.Caching;
using Holdfast.Controllers.Runtime;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>
/// The kinds whose objects are collected: those of the Model, and those that definitions of custom resources bring and take
/// away again. One writer, the cache of definitions, swaps them whole.
/// </summary>
/// <param name="kinds">The kinds of the Model.</param>
internal sealed class CollectedKinds(ImmutableArray<CollectedKind> kinds) : IDisposable
{
    private readonly Dictionary<string, (ResourceType Type, IDisposable Following)> _custom = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<(string Group, string Kind), CollectedKind> _all =
        kinds.ToImmutableSortedDictionary(kind => (kind.Type.Group, kind.Type.Kind), kind => kind, InOrder);

    private static Comparer<(string Group, string Kind)> InOrder { get; } = Comparer<(string Group, string Kind)>.Create((left, right) =>
        string.CompareOrdinal(left.Group, right.Group) is not 0 and var order ? order : string.CompareOrdinal(left.Kind, right.Kind));

    /// <summary>The kinds of now, in an order that is the same in every run: a dictionary of strings has another one in each process.</summary>
    public ImmutableSortedDictionary<(string Group, string Kind), CollectedKind> All => Volatile.Read(ref _all);

    /// <summary>Follows a change of a definition.</summary>
    /// <param name="change">The change.</param>
    /// <param name="caches">The caches of the process.</param>
    /// <param name="follow">Brings up what changes of a kind concern, until that is disposed of.</param>
    public void Follow(CacheChange<CustomResourceDefinition> change, SharedCaches caches, Func<CollectedKind, IDisposable> follow)
    {
        var name = change.Latest.Metadata.Name;
        var wanted = change.New is { } definition ? CustomKinds.TypeOf(definition) : null;
        var known = _custom.TryGetValue(name, out var custom) ? custom.Type : null;
        if (Equals(wanted, known))
        {
            return;
        }
        if (known is not null)
        {
            _ = _custom.Remove(name);
            Volatile.Write(ref _all, All.Remove((known.Group, known.Kind)));
            custom.Following.Dispose();
        }
        if (wanted is not null && !All.ContainsKey((wanted.Group, wanted.Kind)))
        {
            var kind = new CollectedKind<CustomObject>(caches, wanted);
            Volatile.Write(ref _all, All.Add((wanted.Group, wanted.Kind), kind));
            _custom.Add(name, (wanted, follow(kind)));
        }
    }

    /// <summary>Follows nothing any more: the caches outlive a controller whose term has ended.</summary>
    public void Dispose()
    {
        foreach (var (_, following) in _custom.Values)
        {
            following.Dispose();
        }
        _custom.Clear();
    }
}

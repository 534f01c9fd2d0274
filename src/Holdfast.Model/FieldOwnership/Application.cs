using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>Another manager's field that an applied configuration would change.</summary>
/// <param name="Manager">The other manager, as messages name it.</param>
/// <param name="Path">The field, such as <c>.data.k</c>.</param>
public sealed record FieldConflict(string Manager, string Path);

/// <summary>How an application ended: either there are conflicts, or there is an object.</summary>
/// <param name="Conflicts">The conflicts; empty when it was applied.</param>
/// <param name="Json">The object with the configuration in it; its own managedFields do not count.</param>
/// <param name="Book">Who owns what afterwards.</param>
public sealed record ApplicationOutcome(ImmutableArray<FieldConflict> Conflicts, byte[] Json, OwnershipBook Book)
{
    /// <summary>What the application would write, and whose lines have some of it.</summary>
    internal (FieldSet Written, ImmutableArray<OwnershipEntry> Owners) Contested { get; init; } = (FieldSet.Empty, []);

    /// <summary>The conflicts over all but some fields.</summary>
    internal ImmutableArray<FieldConflict> ConflictsBeyond(FieldSet allowed)
    {
        var fields = Contested.Written.Difference(allowed);
        return
        [
            .. Contested.Owners
                .SelectMany(owner => owner.Fields.Intersection(fields).Paths().Select(path => new FieldConflict(owner.Words, path)))
                .OrderBy(conflict => conflict.Manager, StringComparer.Ordinal),
        ];
    }
}

/// <summary>
/// Server-side apply (KEP-555), purely: lays a configuration over a live object, takes away what the manager applied
/// before and applies no more, unless somebody else owns it, and finds the fields of others that would change.
/// </summary>
/// <param name="Live">The object as it is, or the empty one of its kind.</param>
/// <param name="Configuration">What is applied.</param>
/// <param name="Type">The type of both.</param>
/// <param name="Book">Who owns what.</param>
/// <param name="Writer">Who applies.</param>
public sealed record Application(JsonElement Live, JsonElement Configuration, TypeSchema Type, OwnershipBook Book, FieldWriter Writer)
{
    /// <summary>Fields of the first level that are not the writer's to set here, such as <c>f:status</c> of the object itself.</summary>
    public Func<string, bool> IsIgnored { get; init; } = static _ => false;

    /// <summary>Applies.</summary>
    /// <param name="force">Whether fields of others are taken over.</param>
    /// <exception cref="FieldOwnershipException">The configuration does not say which items of a list it means.</exception>
    public ApplicationOutcome Run(bool force)
    {
        var applied = OwnedFields.Of(Configuration, Type).Without(IsIgnored);
        var last = Book.Entries.FirstOrDefault(entry => entry.IsOf(Writer, OwnershipBook.ApplyOperation));
        var others = Book.Entries.Where(entry => entry != last).ToImmutableArray();
        var merged = Pruned(ConfigurationMerge.Merge(Live, Configuration, Type), last, others, applied);
        var changes = ChangesTo(merged);
        var written = changes.Written;
        var conflicts = others.Where(entry => !entry.Fields.Intersection(written).IsEmpty).ToImmutableArray();
        if (!force && !conflicts.IsEmpty)
        {
            var outcome = new ApplicationOutcome([], merged, Book) { Contested = (written, conflicts) };
            return outcome with { Conflicts = outcome.ConflictsBeyond(FieldSet.Empty) };
        }
        var lost = written.Union(changes.Removed);
        var entries = others.Select(entry => entry.Without(lost)).OfType<OwnershipEntry>().ToImmutableArray();
        if (Untracked.Strip(applied) is { IsEmpty: false } owned)
        {
            entries = entries.Add(Own(last, owned, changes));
        }
        return new([], merged, OwnershipBook.With(entries));
    }

    // A write that changes neither the object nor what its manager owns leaves the time, too.
    private OwnershipEntry Own(OwnershipEntry? last, FieldSet owned, FieldChanges changes)
    {
        if (last is null || last.ApiVersion != Writer.ApiVersion)
        {
            return OwnershipEntry.New(Writer, OwnershipBook.ApplyOperation, owned, Writer.Now);
        }
        return last.With(owned, changes.IsEmpty && owned.Equals(last.Fields) ? last.Time : Writer.Now);
    }

    private byte[] Pruned(byte[] merged, OwnershipEntry? last, ImmutableArray<OwnershipEntry> others, FieldSet applied)
    {
        if (last is null)
        {
            return merged;
        }
        var shape = Shape.Object(() => Type);
        var owned = others.Aggregate(applied, (all, entry) => all.Union(entry.Fields)).WithNamedFields(shape, null);
        var given = last.Fields.WithNamedFields(shape, null).Difference(owned);
        if (given.IsEmpty)
        {
            return merged;
        }
        using var document = JsonDocument.Parse(merged, JsonInput.DocumentOptions);
        return FieldRemoval.Remove(document.RootElement, given, Type);
    }

    private FieldChanges ChangesTo(byte[] merged)
    {
        using var document = JsonDocument.Parse(merged, JsonInput.DocumentOptions);
        var changes = FieldChanges.Between(Live, document.RootElement, Type);
        return new(changes.Added.Without(IsIgnored), changes.Modified.Without(IsIgnored), changes.Removed.Without(IsIgnored));
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// An object's book of field managers, as <c>metadata.managedFields</c> keeps it. Immutable; every change gives a new book.
/// At most ten managers that update are told apart; the oldest beyond are one, <c>ancient-changes</c>.
/// </summary>
public sealed class OwnershipBook
{
    internal const string ApplyOperation = "Apply";
    internal const string UpdateOperation = "Update";
    private const string AncientManager = "ancient-changes";
    private const int MaximumUpdaters = 10;

    private readonly ImmutableArray<OwnershipEntry> _entries;

    private OwnershipBook(ImmutableArray<OwnershipEntry> entries) => _entries = entries;

    /// <summary>The book in which nobody owns anything.</summary>
    public static OwnershipBook Empty { get; } = new([]);

    /// <summary>Whether nobody owns anything.</summary>
    public bool IsEmpty => _entries.IsEmpty;

    internal ImmutableArray<OwnershipEntry> Entries => _entries;

    /// <summary>Opens the book of a stored object; of one that is not well formed nothing is believed.</summary>
    /// <param name="managedFields">What is stored.</param>
    public static OwnershipBook Open(ValueList<ManagedFieldsEntry> managedFields) =>
        managedFields.All(IsWellFormed) ? new([.. managedFields.Select(OwnershipEntry.Stored)]) : Empty;

    /// <summary>Opens a book that a client has sent; null when it cannot be read.</summary>
    /// <param name="managedFields">What was sent.</param>
    public static OwnershipBook? OpenSent(ValueList<ManagedFieldsEntry> managedFields)
    {
        if (!managedFields.All(IsWellFormed))
        {
            return null;
        }
        try
        {
            return new([.. managedFields.Select(OwnershipEntry.Stored).Where(entry => !entry.Fields.IsEmpty)]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a client asks for the book to be emptied, by a list of one empty entry.</summary>
    /// <param name="managedFields">What was sent.</param>
    public static bool IsReset(ValueList<ManagedFieldsEntry> managedFields) =>
        managedFields.Count == 1 && managedFields[0] == ManagedFieldsEntry.Empty;

    /// <summary>The book after an update: its writer owns what it has written, beside what it owned, and nobody owns what has gone.</summary>
    /// <param name="changes">What the update has changed.</param>
    /// <param name="writer">Who made it.</param>
    public OwnershipBook AfterUpdate(FieldChanges changes, FieldWriter writer)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.IsEmpty)
        {
            return this;
        }
        var written = changes.Written;
        var lost = written.Union(changes.Removed);
        var owned = Untracked.Strip(written);
        if (owned.IsEmpty)
        {
            return new([.. _entries.Select(entry => entry.Without(lost)).OfType<OwnershipEntry>()]);
        }
        var entries = ImmutableArray.CreateBuilder<OwnershipEntry>(_entries.Length + 1);
        OwnershipEntry? own = null;
        foreach (var entry in _entries)
        {
            if (entry.IsOf(writer, UpdateOperation))
            {
                own = entry.With(entry.Fields.Difference(changes.Removed).Union(owned), writer.Now);
            }
            else if (entry.Without(lost) is { } left)
            {
                entries.Add(left);
            }
        }
        entries.Add(own ?? OwnershipEntry.New(writer, UpdateOperation, owned, writer.Now));
        return new OwnershipBook(entries.ToImmutable()).Capped();
    }

    /// <summary>The book as it is stored.</summary>
    public ValueList<ManagedFieldsEntry> ToManagedFields() =>
        _entries.Sort(OwnershipEntry.Compare).Select(entry => entry.ToStored()).ToValueList();

    /// <summary>Whether two stored books differ in nothing but times.</summary>
    /// <param name="left">One book.</param>
    /// <param name="right">The other.</param>
    public static bool IsSameButTimes(ValueList<ManagedFieldsEntry> left, ValueList<ManagedFieldsEntry> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }
        for (var i = 0; i < left.Count; i++)
        {
            if (left[i] != right[i] && left[i] with { Time = null } != right[i] with { Time = null })
            {
                return false;
            }
        }
        return true;
    }

    internal static OwnershipBook With(ImmutableArray<OwnershipEntry> entries) => new OwnershipBook(entries).Capped();

    private static bool IsWellFormed(ManagedFieldsEntry entry) =>
        entry.Operation is ApplyOperation or UpdateOperation && entry.ApiVersion.Length > 0 && entry.FieldsType == "FieldsV1";

    private OwnershipBook Capped()
    {
        var updaters = _entries.Where(entry => !entry.IsApply).ToList();
        if (updaters.Count <= MaximumUpdaters)
        {
            return this;
        }
        updaters.Sort(OwnershipEntry.Compare);
        var (entries, surplus) = (_entries, updaters.Count - MaximumUpdaters);
        var oldest = new Dictionary<string, OwnershipEntry>(StringComparer.Ordinal);
        foreach (var updater in updaters)
        {
            if (surplus == 0)
            {
                break;
            }
            if (!oldest.TryGetValue(updater.ApiVersion, out var first))
            {
                oldest.Add(updater.ApiVersion, updater);
                continue;
            }
            var merged = OwnershipEntry.New(
                new FieldWriter(AncientManager, updater.ApiVersion, "", default), UpdateOperation, first.Fields.Union(updater.Fields), updater.Time);
            entries = entries.Remove(first).Remove(updater).Add(merged);
            oldest[updater.ApiVersion] = merged;
            surplus--;
        }
        return new OwnershipBook(entries);
    }
}

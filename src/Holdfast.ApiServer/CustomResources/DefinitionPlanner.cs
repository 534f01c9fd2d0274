using System.Collections.Immutable;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>
/// Decides which names definitions get, as Kubernetes' naming controller does: within a group a name belongs to the
/// definition that had it first. A pure function.
/// </summary>
internal static class DefinitionPlanner
{
    /// <summary>The finalizer that stands for the objects of a definition.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>The statuses that are not as they should be, by the definitions' names.</summary>
    /// <param name="definitions">All definitions.</param>
    /// <param name="now">The time.</param>
    public static ImmutableDictionary<string, CustomResourceDefinitionStatus> Plan(ImmutableArray<CustomResourceDefinition> definitions, DateTimeOffset now)
    {
        var planned = ImmutableDictionary.CreateBuilder<string, CustomResourceDefinitionStatus>(StringComparer.Ordinal);
        // A name that one gives up may be what another waits for.
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (var definition in definitions.OrderBy(each => each.Metadata.CreationTimestamp).ThenBy(each => each.Metadata.Name, StringComparer.Ordinal))
            {
                var before = planned.GetValueOrDefault(definition.Metadata.Name, definition.Status);
                var after = StatusOf(definition with { Status = before }, Taken(definition, definitions, planned), now);
                if (after == before)
                    continue;
                planned[definition.Metadata.Name] = after;
                isChanged = true;
            }
        }
        return planned.ToImmutable();
    }

    /// <summary>Whether a condition holds.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="type">The condition.</param>
    public static bool Is(CustomResourceDefinition definition, string type) =>
        definition.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    /// <summary>Conditions with one set; its time stays while its status does.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="wanted">The one to set.</param>
    /// <param name="now">The time.</param>
    public static ValueList<CustomResourceDefinitionCondition> Set(
        ValueList<CustomResourceDefinitionCondition> conditions, CustomResourceDefinitionCondition wanted, DateTimeOffset now)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions[i].Type != wanted.Type)
                continue;
            var time = conditions[i].Status == wanted.Status ? conditions[i].LastTransitionTime : now;
            return conditions.SetItem(i, wanted with { LastTransitionTime = time });
        }
        return conditions.Add(wanted with { LastTransitionTime = now });
    }

    private static CustomResourceDefinitionStatus StatusOf(CustomResourceDefinition definition, TakenNames taken, DateTimeOffset now)
    {
        var (wanted, status) = (definition.Spec.Names, definition.Status);
        var names = status.AcceptedNames;
        if (wanted == names && Is(definition, "NamesAccepted"))
            return status;
        var accepted = Condition("NamesAccepted", "True", "NoConflicts", "no conflicts found");
        names = names with { Plural = Claim(wanted.Plural, names.Plural, taken.Resources, "PluralConflict", ref accepted) };
        names = names with { Singular = Claim(wanted.Singular, names.Singular, taken.Resources, "SingularConflict", ref accepted) };
        names = names with { ShortNames = ClaimShort(wanted.ShortNames, names.ShortNames, taken.Resources, ref accepted) };
        names = names with { Kind = Claim(wanted.Kind, names.Kind, taken.Kinds, "KindConflict", ref accepted) };
        names = names with { ListKind = Claim(wanted.ListKind, names.ListKind, taken.Kinds, "ListKindConflict", ref accepted), Categories = wanted.Categories };
        var conditions = Set(status.Conditions, accepted, now);
        if (accepted.Status == "True" && !Is(definition, "Established"))
            conditions = Set(conditions, Condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"), now);
        else if (!conditions.Any(condition => condition.Type == "Established"))
            conditions = Set(conditions, Condition("Established", "False", "NotAccepted", "not all names are accepted"), now);
        return status with { AcceptedNames = names, Conditions = conditions };
    }

    private static string Claim(string wanted, string own, HashSet<string> taken, string conflict, ref CustomResourceDefinitionCondition accepted)
    {
        if (wanted == own || !taken.Contains(wanted))
            return wanted;
        accepted = Condition("NamesAccepted", "False", conflict, $"\"{wanted}\" is already in use");
        return own;
    }

    private static ValueList<string> ClaimShort(
        ValueList<string> wanted, ValueList<string> own, HashSet<string> taken, ref CustomResourceDefinitionCondition accepted)
    {
        var conflicts = wanted.Where(name => !own.Contains(name) && taken.Contains(name)).Select(name => $"\"{name}\" is already in use").ToList();
        if (conflicts.Count == 0)
            return wanted;
        accepted = Condition("NamesAccepted", "False", "ShortNamesConflict", conflicts.Count == 1 ? conflicts[0] : $"[{string.Join(", ", conflicts)}]");
        return own;
    }

    private static TakenNames Taken(
        CustomResourceDefinition definition, ImmutableArray<CustomResourceDefinition> all,
        ImmutableDictionary<string, CustomResourceDefinitionStatus>.Builder planned)
    {
        var taken = new TakenNames([], []);
        foreach (var other in all.Where(other => other.Spec.Group == definition.Spec.Group && other.Metadata.Name != definition.Metadata.Name))
        {
            var names = planned.GetValueOrDefault(other.Metadata.Name, other.Status).AcceptedNames;
            taken.Resources.UnionWith([names.Plural, names.Singular, .. names.ShortNames]);
            taken.Kinds.UnionWith([names.Kind, names.ListKind]);
        }
        return taken;
    }

    private static CustomResourceDefinitionCondition Condition(string type, string status, string reason, string message) =>
        CustomResourceDefinitionCondition.Empty with { Type = type, Status = status, Reason = reason, Message = message };

    private sealed record TakenNames(HashSet<string> Resources, HashSet<string> Kinds);
}

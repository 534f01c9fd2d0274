using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>
/// The rules of a schema and of everything below it, compiled once. Values that did not change are not checked again, but for
/// rules that compare them with what they were; items are compared in lists of the type map alone.
/// </summary>
internal sealed class SchemaExpressions : IExpressionRules
{
    // What all rules may cost for one object, as Kubernetes bounds it.
    private const long Budget = 10_000_000;

    private readonly Node _root;

    private SchemaExpressions(Node root) => _root = root;

    /// <summary>The rules of a schema whose definition was accepted; null when it has none.</summary>
    /// <param name="schema">The schema.</param>
    public static IExpressionRules? Of(StructuralSchema schema) =>
        Compile(schema, FieldPath.Root("schema"), new FieldErrors()) is { } root ? new SchemaExpressions(root) : null;

    /// <summary>Finds what is wrong with the rules of a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Where problems go.</param>
    public static void CheckRules(StructuralSchema schema, FieldPath path, FieldErrors errors) => _ = Compile(schema, path, errors);

    /// <inheritdoc/>
    public void Check(JsonElement value, JsonElement old, FieldErrors errors) => new ExpressionCheck(errors, new CelCost(Budget)).Run(_root, value, old, null);

    private static Node? Compile(StructuralSchema schema, FieldPath path, FieldErrors errors) => Compile(new Place(schema, "object", path, null) { IsRoot = true }, errors);

    private static Node? Compile(Place place, FieldErrors errors)
    {
        var (schema, path) = (place.Schema, place.Path);
        var below = place with { IsRoot = false };
        var properties = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var name in schema.PropertyNames)
        {
            var member = below with
            {
                Schema = schema.Properties[name],
                Name = $"{place.Name}.{name}",
                Path = path.Child("properties").Key(name),
                Uncorrelatable = place.Uncorrelatable ?? (schema.IsAtomicMap ? path : null),
            };
            if (Compile(member, errors) is { } node)
                properties[name] = node;
        }
        var items = schema.Items is not { } item ? null : Compile(below with
        {
            Schema = item,
            Name = place.Name + ".@idx",
            Path = path.Child("items"),
            Uncorrelatable = place.Uncorrelatable ?? (schema.ListType == "map" ? null : path),
        }, errors);
        var values = schema.AdditionalProperties is not { } additional ? null
            : Compile(below with { Schema = additional, Name = place.Name + ".@values", Path = path.Child("additionalProperties") }, errors);
        var rules = Rules(place, errors);
        return rules.IsEmpty && properties.Count == 0 && items is null && values is null
            ? null
            : new Node(schema, SchemaTypes.Of(schema, place.Name, place.IsRoot), rules, properties.ToFrozenDictionary(StringComparer.Ordinal), items, values);
    }

    private static ImmutableArray<SchemaRule> Rules(Place place, FieldErrors errors)
    {
        var sources = place.Schema.Source.XKubernetesValidations;
        if (sources.IsEmpty)
            return [];
        var type = SchemaTypes.Of(place.Schema, place.Name, place.IsRoot);
        var rules = ImmutableArray.CreateBuilder<SchemaRule>();
        for (var i = 0; i < sources.Count; i++)
        {
            var path = place.Path.Child("x-kubernetes-validations").Index(i);
            if (SchemaRule.Compile(sources[i], place.Schema.Source, type, path, errors) is not { } rule)
                continue;
            if (rule.IsTransition && place.Uncorrelatable is { } uncorrelatable)
            {
                errors.Add(FieldError.Invalid(path.Child("rule"), sources[i].Rule,
                    $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}"));
            }
            rules.Add(rule);
        }
        return rules.ToImmutable();
    }

    /// <summary>A part of a schema with rules on it or below it.</summary>
    internal sealed record Node(
        StructuralSchema Schema, CelType Type, ImmutableArray<SchemaRule> Rules, FrozenDictionary<string, Node> Properties, Node? Items, Node? Values);

    private sealed record Place(StructuralSchema Schema, string Name, FieldPath Path, FieldPath? Uncorrelatable)
    {
        public bool IsRoot { get; init; }
    }
}

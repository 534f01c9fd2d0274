using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Cel;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;
using Node = Holdfast.ApiServer.CustomResources.Expressions.SchemaExpressions.Node;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>Compiles the rules of one schema, and finds what is wrong with them and with defaults that do not hold to them.</summary>
/// <param name="errors">Where problems go.</param>
/// <param name="boundsRules">Whether a rule is refused for what it alone may cost.</param>
internal sealed class SchemaCompiler(FieldErrors errors, bool boundsRules)
{
    private readonly SchemaTypes _types = new();

    /// <summary>What all rules may cost.</summary>
    public RuleCosts Costs { get; } = new();

    /// <summary>The rules of a whole schema; null when it has none.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it is.</param>
    public Node? Compile(StructuralSchema schema, FieldPath path) => Compile(new Place(schema, "object", path, null, 1) { IsRoot = true });

    private Node? Compile(Place place)
    {
        var schema = place.Schema;
        var problems = errors.Count;
        var properties = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var name in schema.PropertyNames)
        {
            var member = place.Below(schema.Properties[name], $".{name}", place.Path.Child("properties").Key(name));
            if (Compile(member) is { } node)
                properties[name] = node;
        }
        var items = schema.Items is not { } item ? null : Compile(place.Below(item, ".@idx", place.Path.Child("items")) with
        {
            Uncorrelatable = place.Uncorrelatable ?? (schema.ListType == "map" ? null : place.Path),
        });
        var values = schema.AdditionalProperties is not { } additional ? null
            : Compile(place.Below(additional, ".@values", place.Path.Child("additionalProperties")));
        var rules = Rules(place);
        if (rules.IsEmpty && properties.Count == 0 && items is null && values is null)
            return null;
        var type = _types.Of(schema, place.Name, place.IsRoot)?.Type ?? CelType.Dyn;
        var compiled = new Node(schema, type, rules, properties.ToFrozenDictionary(StringComparer.Ordinal), items, values);
        if (schema.Default is { } value && errors.Count == problems)
            new ExpressionCheck(errors, skipsUnchanged: false).Run(compiled, value, value, place.Path.Child("default"));
        return compiled;
    }

    private ImmutableArray<SchemaRule> Rules(Place place)
    {
        var sources = place.Schema.Source.XKubernetesValidations;
        if (sources.IsEmpty)
            return [];
        var path = place.Path.Child("x-kubernetes-validations");
        if (_types.Of(place.Schema, place.Name, place.IsRoot) is not { } type)
        {
            errors.Add(new(FieldErrorType.InternalError, path.ToString(),
                "Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations"));
            return [];
        }
        var cardinality = place.Cardinality ?? (ulong)(SchemaTypes.LargestRequest / (type.LeastJson + 1));
        var rules = ImmutableArray.CreateBuilder<SchemaRule>();
        for (var i = 0; i < sources.Count; i++)
        {
            if (SchemaRule.Compile(sources[i], place.Schema.Source, type.Type, path.Index(i), errors) is not { } rule)
                continue;
            CheckCost(rule, path.Index(i), cardinality);
            if (rule.IsTransition && place.Uncorrelatable is { } uncorrelatable)
            {
                errors.Add(FieldError.Invalid(path.Index(i).Child("rule"), sources[i].Rule,
                    $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}"));
            }
            rules.Add(rule);
        }
        return rules.ToImmutable();
    }

    // A rule is counted for each value that an object may hold; what it says when it does not hold is said once.
    private void CheckCost(SchemaRule rule, FieldPath path, ulong cardinality)
    {
        Bound(path.Child("rule"), "estimated rule cost", CelCostRange.Product(rule.Program.EstimatedCost.Maximum, cardinality));
        if (rule.Message is { } message)
            Bound(path.Child("messageExpression"), "estimated messageExpression cost", message.EstimatedCost.Maximum);
    }

    private void Bound(FieldPath path, string name, ulong cost)
    {
        if (boundsRules && cost > RuleCosts.OfOneRule)
            errors.Add(FieldError.Forbidden(path, RuleCosts.Exceeds(name, cost, RuleCosts.OfOneRule)));
        Costs.Add(path, cost);
    }

    private sealed record Place(StructuralSchema Schema, string Name, FieldPath Path, FieldPath? Uncorrelatable, ulong? Cardinality)
    {
        public bool IsRoot { get; init; }

        public Place Below(StructuralSchema schema, string suffix, FieldPath path) => new(schema, Name + suffix, path, Uncorrelatable,
            Cardinality is { } known && RuleCosts.ValuesBelow(Schema) is { } more ? CelCostRange.Product(known, more) : null);
    }
}

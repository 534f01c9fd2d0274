using System.Globalization;
using Holdfast.Cel;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>What the rules of a whole schema may cost together, and which of them cost the most.</summary>
internal sealed class RuleCosts
{
    /// <summary>What one rule may cost over all the values that an object may hold of its schema.</summary>
    public const ulong OfOneRule = 10_000_000;

    private const ulong OfAllRules = 100_000_000;
    private const int Named = 4;
    private const string Advice = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

    private readonly List<(FieldPath Path, ulong Cost)> _dearest = [];
    private ulong _total;

    /// <summary>Notes what a rule may cost.</summary>
    /// <param name="path">Where the rule is.</param>
    /// <param name="cost">The cost.</param>
    public void Add(FieldPath path, ulong cost)
    {
        _total = CelCostRange.Sum(_total, cost);
        if (cost >= OfAllRules / 100)
            _dearest.Add((path, cost));
    }

    /// <summary>Says when all rules together may cost too much.</summary>
    /// <param name="path">Where the schema is.</param>
    /// <param name="errors">Where problems go.</param>
    public void Check(FieldPath path, FieldErrors errors)
    {
        if (_total <= OfAllRules)
            return;
        foreach (var (rule, _) in _dearest.OrderByDescending(each => each.Cost).Take(Named))
            errors.Add(FieldError.Forbidden(rule, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
        errors.Add(FieldError.Forbidden(path, Exceeds("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", _total, OfAllRules)));
    }

    /// <summary>By how much a cost is too high, in words.</summary>
    /// <param name="name">What costs.</param>
    /// <param name="cost">The cost.</param>
    /// <param name="limit">What it may cost.</param>
    public static string Exceeds(string name, ulong cost, ulong limit)
    {
        var factor = cost / (double)limit;
        var shown = factor > 100 ? "more than 100x"
            : factor < 1.5 ? factor.ToString("F6", CultureInfo.InvariantCulture) + "x"
            : factor.ToString("F1", CultureInfo.InvariantCulture) + "x";
        return $"{name} exceeds budget by factor of {shown} {Advice}";
    }

    /// <summary>How many values below a schema an object may hold for each of it; null when nothing bounds them.</summary>
    /// <param name="schema">The schema.</param>
    public static ulong? ValuesBelow(StructuralSchema schema) => schema.Type switch
    {
        "object" when schema.Source.AdditionalProperties is not null => Bounded(schema.Source.MaxProperties),
        "array" => Bounded(schema.Source.MaxItems),
        _ => 1,
    };

    private static ulong? Bounded(long? most) => most is { } known ? (ulong)Math.Max(0, known) : null;
}

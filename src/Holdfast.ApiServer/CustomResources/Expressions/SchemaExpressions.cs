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
    private readonly Node _root;

    private SchemaExpressions(Node root) => _root = root;

    /// <summary>The rules of a schema whose definition was accepted; null when it has none.</summary>
    /// <param name="schema">The schema.</param>
    public static IExpressionRules? Of(StructuralSchema schema) =>
        new SchemaCompiler(new FieldErrors(), boundsRules: false).Compile(schema, FieldPath.Root("schema")) is { } root ? new SchemaExpressions(root) : null;

    /// <summary>Finds what is wrong with the rules of a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="isUnchanged">Whether the schema was stored before: a rule of such a one may cost more than a new one may.</param>
    /// <param name="errors">Where problems go.</param>
    public static void CheckRules(StructuralSchema schema, FieldPath path, bool isUnchanged, FieldErrors errors)
    {
        var compiler = new SchemaCompiler(errors, boundsRules: !isUnchanged);
        _ = compiler.Compile(schema, path);
        compiler.Costs.Check(path, errors);
    }

    /// <inheritdoc/>
    public void Check(JsonElement value, JsonElement old, FieldErrors errors) => new ExpressionCheck(errors, skipsUnchanged: true).Run(_root, value, old, null);

    /// <summary>A part of a schema with rules on it or below it.</summary>
    internal sealed record Node(
        StructuralSchema Schema, CelType Type, ImmutableArray<SchemaRule> Rules, FrozenDictionary<string, Node> Properties, Node? Items, Node? Values);
}

using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Cel;
using Holdfast.Model.AdmissionRegistration;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>The expressions that all have to hold for a webhook to be called.</summary>
/// <param name="Programs">The expressions, read.</param>
internal sealed record MatchConditions(ImmutableArray<CelProgram> Programs)
{
    // As Kubernetes bounds them.
    private const long AllConditions = 2_500_000;

    private static readonly CelType Kind = Names("kubernetes.GroupVersionKind", "group", "version", "kind");
    private static readonly CelType Resource = Names("kubernetes.GroupVersionResource", "group", "version", "resource");

    private static readonly CelType User = CelType.Object("kubernetes.UserInfo",
    [
        Field("username", CelType.String),
        Field("uid", CelType.String),
        Field("groups", CelType.List(CelType.String)),
        Field("extra", CelType.Map(CelType.String, CelType.List(CelType.String))),
    ]);

    private static readonly CelType Request = CelType.Object("kubernetes.AdmissionRequest",
    [
        Field("kind", Kind),
        Field("resource", Resource),
        Field("subResource", CelType.String),
        Field("requestKind", Kind),
        Field("requestResource", Resource),
        Field("requestSubResource", CelType.String),
        Field("name", CelType.String),
        new(CelIdentifiers.Escape("namespace")!, "namespace", CelType.String),
        Field("operation", CelType.String),
        Field("userInfo", User),
        Field("dryRun", CelType.Bool),
        Field("options", CelType.Dyn),
    ]);

    private static readonly ImmutableArray<string> Shown = ["object", "oldObject"];

    private static readonly CelEnvironment Environment =
        CelEnvironment.Standard.With("object", CelType.Dyn).With("oldObject", CelType.Dyn).With("request", Request).With("authorizer", CelType.Authorizer);

    /// <summary>Reads conditions that were checked when they were written.</summary>
    public static MatchConditions Of(ValueList<MatchCondition> conditions) => new([.. conditions.Select(condition =>
        CelProgram.TryCompile(condition.Expression.Trim(), Environment, out var program, out var issues)
            ? program
            : throw ApiErrors.Internal($"match condition \"{condition.Name}\" cannot be read: {issues}"))]);

    /// <summary>What is wrong with an expression; null when nothing is.</summary>
    public static string? ProblemOf(string expression)
    {
        if (!CelProgram.TryCompile(expression.Trim(), Environment, out var program, out var issues))
            return $"compilation failed: {issues}";
        return program.ResultType.Kind is CelKind.Bool or CelKind.Dyn ? null : "must evaluate to bool";
    }

    /// <summary>Whether all conditions hold. One that does not decides, even when another fails.</summary>
    /// <param name="request">The request of the review that would be sent.</param>
    /// <param name="authorizer">Says what whoever writes may do.</param>
    /// <param name="problem">How conditions failed; null when none did.</param>
    public bool Hold(JsonElement request, CelAuthorizer authorizer, out string? problem)
    {
        problem = null;
        if (Programs.IsEmpty)
            return true;
        var (activation, left) = (Values(request).With("authorizer", authorizer), AllConditions);
        var problems = new List<string>();
        foreach (var program in Programs)
        {
            var cost = new CelCost(Math.Min(left, CelCost.ExpressionLimit));
            var value = program.Evaluate(activation, cost);
            left -= cost.Spent;
            if (value is CelBool { Value: false })
                return false;
            if (value is not CelBool)
                problems.Add($"expression '{program.Text}' resulted in error: {(value is CelError error ? error.Message : "must evaluate to bool")}");
        }
        problem = problems.Count switch { 0 => null, 1 => problems[0], _ => $"[{string.Join(", ", problems)}]" };
        return problem is null;
    }

    private CelActivation Values(JsonElement request)
    {
        var used = Programs.SelectMany(program => program.Variables).ToHashSet(StringComparer.Ordinal);
        var activation = CelActivation.Empty.With("request", CelValue.FromJson(request, Request));
        foreach (var name in Shown.Where(used.Contains))
            activation = activation.With(name, request.TryGetProperty(name, out var found) ? CelValue.FromJson(found) : CelNull.Instance);
        return activation;
    }

    private static CelType Names(string name, params string[] fields) => CelType.Object(name, fields.Select(field => Field(field, CelType.String)));

    private static CelField Field(string name, CelType type) => new(name, name, type);
}

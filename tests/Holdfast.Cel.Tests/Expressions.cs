using System.Text.Json;

namespace Holdfast.Cel.Tests;

/// <summary>Compiles and evaluates expressions over some variables.</summary>
internal static class Expressions
{
    private static readonly CelType Port = CelType.Object("selfType.ports", [new("name", "name", CelType.String), new("port", "port", CelType.Int)]);

    private static readonly CelType Self = CelType.Object("selfType",
    [
        new("replicas", "replicas", CelType.Int),
        new("name", "name", CelType.String),
        new("foo__dash__bar", "foo-bar", CelType.String),
        new("__namespace__", "namespace", CelType.String),
        new("ports", "ports", CelType.List(Port)),
        new("labels", "labels", CelType.Map(CelType.String, CelType.String)),
        new("free", "free", CelType.Dyn),
        new("since", "since", CelType.Timestamp),
        new("data", "data", CelType.Bytes),
        new("missing", "missing", CelType.String),
    ]);

    public static CelEnvironment Environment { get; } = CelEnvironment.Standard.With("self", Self).With("x", CelType.Dyn).With("n", CelType.Int);

    public static CelActivation Activation { get; } = CelActivation.Empty
        .With("self", CelValue.FromJson(JsonDocument.Parse("""
            {"replicas": 3, "name": "ledger", "foo-bar": "dashed", "namespace": "ns", "ports": [{"name": "http", "port": 80}, {"name": "raft", "port": 90}],
             "labels": {"app": "ledger", "tier-1": "db"}, "free": {"a": [1, 2.5, null, {"b": true}]}, "since": "2026-01-31T10:00:00Z", "data": "aGk="}
            """).RootElement, Self))
        .With("x", CelValue.FromJson(JsonDocument.Parse("""{"one": 1, "text": "abc", "list": [1, 2, 3], "nothing": null}""").RootElement))
        .With("n", new CelInt(7));

    public static CelProgram Compile(string text) =>
        CelProgram.TryCompile(text, Environment, out var program, out var issues) ? program : throw new Xunit.Sdk.XunitException($"{text}: {issues}");

    public static string IssuesOf(string text) =>
        CelProgram.TryCompile(text, Environment, out _, out var issues) ? throw new Xunit.Sdk.XunitException($"{text} compiles") : issues.ToString();

    public static CelValue Evaluate(string text) => Compile(text).Evaluate(Activation, new CelCost());
}

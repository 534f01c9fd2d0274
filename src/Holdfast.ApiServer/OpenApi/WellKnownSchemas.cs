using System.Collections.Frozen;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>The schemas that have a name but no fields: times, amounts and free-form values.</summary>
internal static class WellKnownSchemas
{
    /// <summary>Any object, as patches are.</summary>
    public const string Patch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

    /// <summary>An event of a watch.</summary>
    public const string WatchEvent = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent";

    /// <summary>An object of any kind.</summary>
    public const string RawExtension = "io.k8s.apimachinery.pkg.runtime.RawExtension";

    private const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string Time = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    private const string MicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
    private const string FieldsV1 = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1";
    private const string Json = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";

    private static readonly FrozenDictionary<string, WellKnownSchema> All = new WellKnownSchema[]
    {
        new(Quantity, "An amount, such as 500m or 200Gi: a decimal number with a suffix of thousands or of 1024s.")
            { Type = "string", Alternatives = ["string", "number"] },
        new(IntOrString, "A number or a string, such as a count or a percentage.")
            { Type = "string", Format = "int-or-string", Alternatives = ["integer", "string"] },
        new(Time, "A point in time to the second, in RFC 3339.") { Type = "string", Format = "date-time" },
        new(MicroTime, "A point in time to the microsecond, in RFC 3339.") { Type = "string", Format = "date-time" },
        new(FieldsV1, "A set of fields, as a tree of their names.") { Type = "object" },
        new(RawExtension, "An object of any kind.") { Type = "object" },
        new(Patch, "The body of a patch, in the form that the request's media type names.") { Type = "object" },
        new(Json, "Any JSON value."),
    }.ToFrozenDictionary(schema => schema.Name, StringComparer.Ordinal);

    /// <summary>The name under which a field's value is described, or null when it is described in place.</summary>
    /// <param name="owner">The type that has the field.</param>
    /// <param name="shape">The field's shape, or that of its elements.</param>
    public static string? NameOf(TypeSchema owner, Shape shape) => shape.Kind switch
    {
        ShapeKind.Object => shape.Type!.Name,
        ShapeKind.Quantity => Quantity,
        ShapeKind.IntOrString => IntOrString,
        ShapeKind.Time => Time,
        ShapeKind.MicroTime => MicroTime,
        ShapeKind.Json when owner.Name.EndsWith(".ManagedFieldsEntry", StringComparison.Ordinal) => FieldsV1,
        ShapeKind.Json when owner.Name.Contains(".apiextensions.", StringComparison.Ordinal) => Json,
        ShapeKind.Json => RawExtension,
        _ => null,
    };

    /// <summary>A schema by its name, or null when the name is not one of these.</summary>
    /// <param name="name">The name.</param>
    public static WellKnownSchema? Find(string name) => All.GetValueOrDefault(name);
}

/// <summary>A schema without fields.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What such a value is.</param>
internal sealed record WellKnownSchema(string Name, string Description)
{
    /// <summary>The type of its values; empty for any.</summary>
    public string Type { get; init; } = "";

    /// <summary>Says more of the type.</summary>
    public string Format { get; init; } = "";

    /// <summary>The types of its values where there are several; only the newer form can say so.</summary>
    public string[] Alternatives { get; init; } = [];
}

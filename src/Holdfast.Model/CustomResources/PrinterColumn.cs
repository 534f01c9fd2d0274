using System.Collections.Immutable;
using Holdfast.Model.ApiExtensions;

namespace Holdfast.Model.CustomResources;

/// <summary>A column in which custom objects are shown.</summary>
/// <param name="Definition">The column as the definition has it.</param>
/// <param name="Path">Where its values are; null when the path cannot be read, so that nothing is shown.</param>
public sealed record PrinterColumn(CustomResourceColumnDefinition Definition, JsonPath? Path)
{
    private static readonly CustomResourceColumnDefinition Age = CustomResourceColumnDefinition.Empty with
    {
        Name = "Age",
        Type = "date",
        Description = "How long ago the object was made.",
        JsonPath = ".metadata.creationTimestamp",
    };

    /// <summary>What the column shows, in words.</summary>
    public string Description => Definition.Description.Length > 0
        ? Definition.Description
        : $"Custom resource definition column (in JSONPath format): {Definition.JsonPath}";

    /// <summary>The columns of a version; the age, when it names none.</summary>
    /// <param name="version">The version.</param>
    public static ImmutableArray<PrinterColumn> Of(CustomResourceDefinitionVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.AdditionalPrinterColumns.IsEmpty ? [Of(Age)] : [.. version.AdditionalPrinterColumns.Select(Of)];
    }

    private static PrinterColumn Of(CustomResourceColumnDefinition definition) =>
        new(definition, JsonPath.TryParse(definition.JsonPath, out var path, out _) ? path : null);
}

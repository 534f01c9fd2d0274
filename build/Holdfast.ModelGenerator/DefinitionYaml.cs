using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Holdfast.ModelGenerator;

/// <summary>
/// The definition of a custom kind as YAML: a structural schema with descriptions, defaults and bounds from the data files, its columns and
/// its sub-resources.
/// </summary>
/// <param name="kind">The kind.</param>
/// <param name="home">The file that it stands in.</param>
/// <param name="files">All files, for types of others.</param>
public sealed class DefinitionYaml(TypeData kind, KindsFile home, IReadOnlyList<KindsFile> files)
{
    private const int MaximumDepth = 16;

    private static readonly Dictionary<string, string> Patterns = new()
    {
        // Spans of time as Kubernetes writes them, such as 1h30m or 500ms; never negative.
        ["duration"] = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$",
    };

    private static readonly Dictionary<string, string[]> Scalars = new()
    {
        ["string"] = ["type: string"],
        ["int32"] = ["type: integer", "format: int32"],
        ["int64"] = ["type: integer", "format: int64"],
        ["double"] = ["type: number", "format: double"],
        ["bool"] = ["type: boolean"],
        ["intOrString"] = ["x-kubernetes-int-or-string: true"],
        ["quantity"] = ["x-kubernetes-int-or-string: true"],
        ["time"] = ["type: string", "format: date-time"],
        ["microTime"] = ["type: string", "format: date-time"],
        ["bytes"] = ["type: string", "format: byte"],
        ["json"] = ["x-kubernetes-preserve-unknown-fields: true"],
    };

    private readonly StringBuilder _yaml = new();

    /// <summary>Writes the definition.</summary>
    /// <exception cref="FormatException">A field has a type or a bound that a definition cannot have.</exception>
    public string Generate()
    {
        Line(0, "# From src/Holdfast.Model/Schema by build/Holdfast.ModelGenerator; change the data there, not this.");
        Line(0, "apiVersion: apiextensions.k8s.io/v1");
        Line(0, "kind: CustomResourceDefinition");
        Line(0, "metadata:");
        Line(1, $"name: {kind.Plural}.{home.Group}");
        Line(0, "spec:");
        Line(1, $"group: {home.Group}");
        Line(1, $"scope: {(kind.IsNamespaced ? "Namespaced" : "Cluster")}");
        Names();
        Line(1, "versions:");
        Line(1, $"- name: {home.Version}");
        Line(2, "served: true");
        Line(2, "storage: true");
        Columns();
        Subresources();
        Line(2, "schema:");
        Line(3, "openAPIV3Schema:");
        Text(4, "description", kind.Description);
        Line(4, "type: object");
        Required(4, kind);
        Line(4, "properties:");
        foreach (var (name, meaning) in (ReadOnlySpan<(string, string)>)[("apiVersion", "The group and version of the object."), ("kind", "The kind of the object.")])
        {
            Line(5, name + ":");
            Text(6, "description", meaning);
            Line(6, "type: string");
        }
        Line(5, "metadata:");
        Line(6, "type: object");
        foreach (var field in kind.Fields.Where(field => field.Name != "metadata"))
        {
            Field(5, field, home);
        }
        return _yaml.ToString();
    }

    private void Names()
    {
        Line(1, "names:");
        Line(2, $"kind: {kind.Name}");
        Line(2, $"listKind: {kind.Name}List");
        Line(2, $"plural: {kind.Plural}");
        Line(2, $"singular: {kind.Name.ToLowerInvariant()}");
        Inline(2, "shortNames", kind.ShortNames);
        Inline(2, "categories", kind.Categories);
    }

    private void Columns()
    {
        Line(2, "additionalPrinterColumns:");
        foreach (var column in kind.Columns)
        {
            Line(2, $"- name: {column.Name}");
            Line(3, $"type: {column.Type}");
            Line(3, $"jsonPath: {Quoted(column.JsonPath)}");
            Text(3, "description", column.Description);
            if (column.Priority > 0)
            {
                Line(3, $"priority: {column.Priority.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    private void Subresources()
    {
        Line(2, "subresources:");
        Line(3, "status: {}");
        if (kind.Scale is [var wanted, var found, var selector])
        {
            Line(3, "scale:");
            Line(4, $"specReplicasPath: {wanted}");
            Line(4, $"statusReplicasPath: {found}");
            Line(4, $"labelSelectorPath: {selector}");
        }
    }

    private void Field(int indent, FieldData field, KindsFile file)
    {
        Line(indent, field.Name + ":");
        Text(indent + 1, "description", field.Description);
        if (field.Attribute("default") is { } value)
        {
            Line(indent + 1, $"default: {value}");
        }
        Bounds(indent + 1, field);
        ListKind(indent + 1, field);
        Shape(indent + 1, field.Type, file);
    }

    private void Bounds(int indent, FieldData field)
    {
        foreach (var (attribute, keyword) in (ReadOnlySpan<(string, string)>)
            [("min", "minimum"), ("max", "maximum"), ("min-length", "minLength"), ("max-length", "maxLength"), ("min-items", "minItems"), ("max-items", "maxItems"), ("max-properties", "maxProperties")])
        {
            if (field.Attribute(attribute) is { } bound)
            {
                Line(indent, $"{keyword}: {bound}");
            }
        }
        if (field.Attribute("enum") is { } values)
        {
            Line(indent, $"enum: [{string.Join(", ", values.Split(',').Select(value => $"\"{value}\""))}]");
        }
        if (field.Attribute("format") is { } format)
        {
            Line(indent, $"pattern: {Quoted(Patterns.GetValueOrDefault(format) ?? throw new FormatException($"{field.Name}: there is no format {format}"))}");
            Line(indent, "maxLength: 32");
        }
    }

    private void ListKind(int indent, FieldData field)
    {
        if (field.Attribute("map") is { } keys)
        {
            Line(indent, "x-kubernetes-list-type: map");
            Inline(indent, "x-kubernetes-list-map-keys", [.. keys.Split(',')]);
        }
        else if (field.Attributes.Contains("set"))
        {
            Line(indent, "x-kubernetes-list-type: set");
        }
        else if (field.Attributes.Contains("atomic"))
        {
            Line(indent, "x-kubernetes-list-type: atomic");
        }
    }

    private void Shape(int indent, string type, KindsFile file)
    {
        if (Scalars.TryGetValue(type, out var lines))
        {
            foreach (var line in lines)
            {
                Line(indent, line);
            }
        }
        else if (type.StartsWith("[]", StringComparison.Ordinal) || type.StartsWith("map:", StringComparison.Ordinal))
        {
            var isList = type[0] == '[';
            Line(indent, $"type: {(isList ? "array" : "object")}");
            Line(indent, isList ? "items:" : "additionalProperties:");
            Shape(indent + 1, type[(isList ? 2 : 4)..], file);
        }
        else
        {
            Object(indent, type, file);
        }
    }

    private void Object(int indent, string type, KindsFile file)
    {
        if (indent > MaximumDepth * 2)
        {
            throw new FormatException($"{type} holds itself, which a definition cannot say");
        }
        var at = type.IndexOf('.', StringComparison.Ordinal);
        var owner = at < 0 ? file : files.First(other => other.ShortName == type[..at]);
        var data = owner.Types.FirstOrDefault(each => each.Name == type[(at + 1)..]) ?? throw new FormatException($"there is no type {type}");
        Line(indent, "type: object");
        Required(indent, data);
        Line(indent, "properties:");
        foreach (var field in data.Fields)
        {
            Field(indent + 1, field, owner);
        }
    }

    private void Required(int indent, TypeData type) =>
        Inline(indent, "required", [.. type.Fields.Where(field => field.Attributes.Contains("required")).Select(field => field.Name)]);

    private void Inline(int indent, string name, ImmutableArray<string> values)
    {
        if (!values.IsEmpty)
        {
            Line(indent, $"{name}: [{string.Join(", ", values)}]");
        }
    }

    private void Text(int indent, string name, string text) => Line(indent, $"{name}: {Quoted(text)}");

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private void Line(int indent, string text) => _yaml.Append(' ', indent * 2).Append(text).Append('\n');
}

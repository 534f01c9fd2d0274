using System.Text;

namespace Holdfast.ModelGenerator;

/// <summary>The C# of one record.</summary>
/// <param name="type">The type.</param>
/// <param name="file">The file that it stands in.</param>
public sealed class TypeCode(TypeData type, KindsFile file)
{
    private readonly FieldCode[] _fields = [.. type.Fields.Select(field => new FieldCode(field, file, type))];
    private readonly StringBuilder _code = new();

    /// <summary>Writes the record.</summary>
    public string Generate()
    {
        var isKind = type.Plural is not null;
        Line(0, "");
        Line(0, $"/// <summary>{(type.Description.Length > 0 ? System.Security.SecurityElement.Escape(type.Description) : $"The type <c>{type.Name}</c> of {ApiVersion}.")}</summary>");
        Line(0, $"public sealed partial record {type.Name} : {(isKind ? $"IResource<{type.Name}>" : $"IModelType<{type.Name}>")}");
        Line(0, "{");
        Line(1, "/// <summary>The record with nothing set.</summary>");
        Line(1, $"public static {type.Name} Empty {{ get; }} = new();");
        if (isKind)
        {
            Resource();
        }
        Schema();
        foreach (var field in _fields)
        {
            Line(0, "");
            Line(1, $"/// <summary>{field.Summary}</summary>");
            Line(1, $"public {field.CSharpType} {field.Property} {{ get; init; }}{field.Initial}");
        }
        Reader(isKind);
        Writer(isKind);
        Line(0, "}");
        return _code.ToString();
    }

    private string ApiVersion => file.Group.Length == 0 ? file.Version : $"{file.Group}/{file.Version}";

    private void Resource()
    {
        var extras = new List<string>();
        if (!type.ShortNames.IsEmpty)
        {
            extras.Add($"ShortNames = [{string.Join(", ", type.ShortNames.Select(FieldCode.Literal))}]");
        }
        if (!type.Categories.IsEmpty)
        {
            extras.Add($"Categories = [{string.Join(", ", type.Categories.Select(FieldCode.Literal))}]");
        }
        var initializer = extras.Count == 0 ? "" : $" {{ {string.Join(", ", extras)} }}";
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, $"public static ResourceType ResourceType {{ get; }} = new(\"{file.Group}\", \"{file.Version}\", \"{type.Name}\", \"{type.Plural}\", {(type.IsNamespaced ? "true" : "false")}){initializer};");
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, "public ResourceType GetResourceType() => ResourceType;");
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, $"public {type.Name} WithMetadata(global::Holdfast.Model.Meta.ObjectMeta metadata) => this with {{ Metadata = metadata }};");
        Line(0, "");
        Line(1, "IResource IResource.WithMetadata(global::Holdfast.Model.Meta.ObjectMeta metadata) => WithMetadata(metadata);");
    }

    private void Schema()
    {
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, "public static TypeSchema ModelSchema => SchemaHolder.Value;");
        Line(0, "");
        Line(1, "private static class SchemaHolder");
        Line(1, "{");
        Line(2, $"internal static readonly TypeSchema Value = new(\"{OpenApiName}\", {FieldCode.Literal(type.Description)}, [");
        if (type.Plural is not null)
        {
            Line(3, "new(\"apiVersion\", Shape.Of(ShapeKind.String)) { Description = \"The group and version of the object.\" },");
            Line(3, "new(\"kind\", Shape.Of(ShapeKind.String)) { Description = \"The kind of the object.\" },");
        }
        foreach (var field in _fields)
        {
            Line(3, field.SchemaExpression + ",");
        }
        Line(2, $"]{(type.IsAtomic ? ", isAtomic: true" : "")});");
        Line(1, "}");
    }

    private string OpenApiName => file.ShortName switch
    {
        _ when file.IsCustom => $"{string.Join('.', file.Group.Split('.').Reverse())}.{file.Version}.{type.Name}",
        "Meta" => "io.k8s.apimachinery.pkg.apis.meta.v1." + type.Name,
        "ApiExtensions" => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1." + type.Name,
        _ => $"io.k8s.api.{(file.Group.Length == 0 ? "core" : file.Group.Split('.')[0])}.{file.Version}.{type.Name}",
    };

    private void Reader(bool isKind)
    {
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, $"public static {type.Name} Read(ref JsonInput input)");
        Line(1, "{");
        Line(2, $"if (!input.BeginObject(\"{type.Name}\"))");
        Line(2, "{");
        Line(3, "return Empty;");
        Line(2, "}");
        if (_fields.Length > 0)
        {
            Line(2, "ulong seen = 0;");
        }
        foreach (var field in _fields)
        {
            Line(2, field.LocalDeclaration);
        }
        Line(2, "while (input.NextField(out var name))");
        Line(2, "{");
        Cases(isKind);
        Line(3, "input.Unknown(name);");
        Line(2, "}");
        Line(2, $"return new {type.Name}");
        Line(2, "{");
        foreach (var field in _fields)
        {
            Line(3, $"{field.Property} = {field.Local},");
        }
        Line(2, "};");
        Line(1, "}");
    }

    private void Cases(bool isKind)
    {
        var cases = _fields.Select((field, bit) => (field.Data.Name, Bit: bit, Statement: field.ReadStatement)).ToList();
        if (isKind)
        {
            cases.Add(("apiVersion", _fields.Length, "_ = StringCodec.Read(ref input, \"apiVersion\");"));
            cases.Add(("kind", _fields.Length + 1, "_ = StringCodec.Read(ref input, \"kind\");"));
        }
        if (cases.Count == 0)
        {
            return;
        }
        Line(3, "switch (name.Length)");
        Line(3, "{");
        foreach (var length in cases.GroupBy(field => field.Name.Length).OrderBy(group => group.Key))
        {
            Line(4, $"case {length.Key}:");
            foreach (var (name, bit, statement) in length)
            {
                Line(5, $"if (name.SequenceEqual(\"{name}\"u8))");
                Line(5, "{");
                Line(6, $"input.Mark(ref seen, {bit}, \"{name}\");");
                Line(6, statement);
                Line(6, "continue;");
                Line(5, "}");
            }
            Line(5, "break;");
        }
        Line(4, "default:");
        Line(5, "break;");
        Line(3, "}");
    }

    private void Writer(bool isKind)
    {
        Line(0, "");
        Line(1, "/// <inheritdoc/>");
        Line(1, "public void Write(Utf8JsonWriter writer)");
        Line(1, "{");
        Line(2, "writer.WriteStartObject();");
        if (isKind)
        {
            Line(2, $"writer.WriteString(\"kind\"u8, \"{type.Name}\"u8);");
            Line(2, $"writer.WriteString(\"apiVersion\"u8, \"{ApiVersion}\"u8);");
        }
        foreach (var field in _fields)
        {
            Line(2, field.WriteStatement);
        }
        Line(2, "writer.WriteEndObject();");
        Line(1, "}");
    }

    private void Line(int indent, string text) => _code.Append(' ', text.Length == 0 ? 0 : indent * 4).Append(text).Append('\n');
}

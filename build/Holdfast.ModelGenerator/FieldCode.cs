namespace Holdfast.ModelGenerator;

/// <summary>The C# of one field: its property, its codec, and how it is read, written and described.</summary>
/// <param name="data">The data.</param>
/// <param name="file">The file that it stands in.</param>
/// <param name="owner">The type that it belongs to.</param>
public sealed class FieldCode(FieldData data, KindsFile file, TypeData owner)
{
    private static readonly Dictionary<string, (string Type, string Codec, string Shape)> Scalars = new()
    {
        ["string"] = ("string", "StringCodec", "String"),
        ["int32"] = ("int", "Int32Codec", "Int32"),
        ["int64"] = ("long", "Int64Codec", "Int64"),
        ["double"] = ("double", "DoubleCodec", "Double"),
        ["bool"] = ("bool", "BooleanCodec", "Boolean"),
        ["quantity"] = ("Quantity", "QuantityCodec", "Quantity"),
        ["intOrString"] = ("IntOrString", "IntOrStringCodec", "IntOrString"),
        ["time"] = ("DateTimeOffset", "TimeCodec", "Time"),
        ["microTime"] = ("DateTimeOffset", "MicroTimeCodec", "MicroTime"),
        ["bytes"] = ("ByteString", "BytesCodec", "Bytes"),
        ["json"] = ("JsonValue", "JsonValueCodec", "Json"),
    };

    /// <summary>The field itself.</summary>
    public FieldData Data => data;

    /// <summary>The property's name.</summary>
    public string Property
    {
        get
        {
            var words = data.Name.TrimStart('$').Split('-', '_', '.');
            var name = string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            return name == owner.Name ? name + "Value" : name;
        }
    }

    /// <summary>The local variable's name in the reader.</summary>
    public string Local => "v" + Property;

    private bool IsCollection => data.Type.StartsWith("[]", StringComparison.Ordinal) || data.Type.StartsWith("map:", StringComparison.Ordinal);

    private bool IsObject => !IsCollection && !Scalars.ContainsKey(data.Type);

    private bool IsTime => data.Type is "time" or "microTime";

    private bool IsNullable => !IsCollection && (data.Presence == Presence.WhenPresent || IsTime || data.Type == "json");

    /// <summary>The property's C# type.</summary>
    public string CSharpType => TypeOf(data.Type) + (IsNullable ? "?" : "");

    /// <summary>The initial value, or "" when the type's own default serves.</summary>
    public string Initial => IsNullable ? "" : IsObject ? $" = {TypeOf(data.Type)}.Empty;" : data.Type == "string" ? " = \"\";" : "";

    /// <summary>The declaration of the reader's local.</summary>
    public string LocalDeclaration =>
        $"{CSharpType} {Local} = {(IsNullable ? "null" : IsObject ? TypeOf(data.Type) + ".Empty" : data.Type == "string" ? "\"\"" : "default")};";

    /// <summary>The statement that reads the data.</summary>
    public string ReadStatement => IsNullable
        ? $"if (!input.IsNull) {{ {Local} = {CodecOf(data.Type)}.Read(ref input, \"{data.Name}\"); }}"
        : $"{Local} = {CodecOf(data.Type)}.Read(ref input, \"{data.Name}\");";

    /// <summary>The statement that writes the data.</summary>
    public string WriteStatement
    {
        get
        {
            var name = $"writer.WritePropertyName(\"{data.Name}\"u8);";
            var value = IsNullable && TypeOf(data.Type) != "string" && !IsObject && data.Type != "json" ? $"{Property}.Value" : Property;
            var write = $"{CodecOf(data.Type)}.Write(writer, {value});";
            if (data.Presence == Presence.Always)
            {
                return IsCollection
                    ? $"{name} if ({Property}.IsEmpty) {{ writer.WriteNullValue(); }} else {{ {write} }}"
                    : IsNullable ? $"{name} if ({Property} is null) {{ writer.WriteNullValue(); }} else {{ {write} }}" : $"{name} {write}";
            }
            return $"if ({PresentTest}) {{ {name} {write} }}";
        }
    }

    /// <summary>The expression that describes the data.</summary>
    public string SchemaExpression
    {
        get
        {
            var parts = new List<string>();
            if (data.Description.Length > 0)
            {
                parts.Add($"Description = {Literal(data.Description)}");
            }
            if (data.Attributes.Contains("required"))
            {
                parts.Add("IsRequired = true");
            }
            if (data.Presence == Presence.Always)
            {
                parts.Add("IsAlwaysWritten = true");
            }
            AddListKind(parts);
            AddPatch(parts);
            if (!data.Numbers.IsEmpty)
            {
                parts.Add($"ProtobufPath = [{string.Join(", ", data.Numbers)}]");
            }
            return $"new(\"{data.Name}\", {ShapeOf(data.Type)}){(parts.Count == 0 ? "" : " { " + string.Join(", ", parts) + " }")}";
        }
    }

    /// <summary>The field's documentation comment.</summary>
    public string Summary => data.Description.Length > 0
        ? System.Security.SecurityElement.Escape(data.Description)
        : $"The field <c>{data.Name}</c>.";

    /// <summary>A C# string literal.</summary>
    /// <param name="text">The text.</param>
    public static string Literal(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

    private string PresentTest => IsCollection || data.Type == "bytes"
        ? $"!{Property}.IsEmpty"
        : IsNullable || IsObject ? $"{Property} is not null"
        : data.Type switch
        {
            "string" => $"{Property}.Length > 0",
            "bool" => Property,
            _ => $"{Property} != default",
        };

    private void AddListKind(List<string> parts)
    {
        if (data.Attribute("map") is { } keys)
        {
            parts.Add($"ListKind = global::Holdfast.Model.Schema.ListKind.Map, MapKeys = [{string.Join(", ", keys.Split(',').Select(Literal))}]");
        }
        else if (data.Attributes.Contains("set"))
        {
            parts.Add("ListKind = global::Holdfast.Model.Schema.ListKind.Set");
        }
        else if (data.Attributes.Contains("atomic"))
        {
            parts.Add("ListKind = global::Holdfast.Model.Schema.ListKind.Atomic");
        }
        if (data.Attributes.Contains("map-type=atomic"))
        {
            parts.Add("IsAtomic = true");
        }
    }

    private void AddPatch(List<string> parts)
    {
        if (data.Attribute("merge") is { } key)
        {
            parts.Add($"MergeKey = {Literal(key)}");
        }
        if (data.Attribute("strategy") is { } strategies)
        {
            parts.Add($"PatchStrategies = [{string.Join(", ", strategies.Split(',').Select(Literal))}]");
        }
    }

    private string TypeOf(string type) => Scalars.TryGetValue(type, out var scalar) ? scalar.Type
        : type.StartsWith("[]", StringComparison.Ordinal) ? $"ValueList<{TypeOf(type[2..])}>"
        : type.StartsWith("map:", StringComparison.Ordinal) ? $"ValueMap<{TypeOf(type[4..])}>"
        : type.Contains('.') ? $"global::Holdfast.Model.{type}"
        : $"global::{file.Namespace}.{type}";

    private string CodecOf(string type) => Scalars.TryGetValue(type, out var scalar) ? scalar.Codec
        : type.StartsWith("[]", StringComparison.Ordinal) ? $"ListCodec<{CodecOf(type[2..])}, {TypeOf(type[2..])}>"
        : type.StartsWith("map:", StringComparison.Ordinal) ? $"MapCodec<{CodecOf(type[4..])}, {TypeOf(type[4..])}>"
        : $"ObjectCodec<{TypeOf(type)}>";

    private string ShapeOf(string type) => Scalars.TryGetValue(type, out var scalar) ? $"Shape.Of(ShapeKind.{scalar.Shape})"
        : type.StartsWith("[]", StringComparison.Ordinal) ? $"Shape.List({ShapeOf(type[2..])})"
        : type.StartsWith("map:", StringComparison.Ordinal) ? $"Shape.Map({ShapeOf(type[4..])})"
        : $"Shape.Object(static () => {TypeOf(type)}.ModelSchema)";
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Steward.Presets;

/// <summary>Reads the YAML that this program brings along: mappings, lists, texts, numbers and truth values.</summary>
internal static class PlainYaml
{
    /// <summary>The document as JSON.</summary>
    /// <param name="text">One YAML document.</param>
    internal static byte[] ToJson(string text) => ToJsonDocuments(text)[0];

    /// <summary>The documents as JSON.</summary>
    /// <param name="text">YAML documents.</param>
    internal static IReadOnlyList<byte[]> ToJsonDocuments(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return [.. yaml.Documents.Select(document => ToJson(document.RootNode))];
    }

    private static byte[] ToJson(YamlNode root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, root);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                writer.WriteStartObject();
                foreach (var (key, value) in mapping)
                {
                    writer.WritePropertyName(((YamlScalarNode)key).Value ?? "");
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                writer.WriteStartArray();
                foreach (var item in sequence)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case YamlScalarNode scalar:
                WriteScalar(writer, scalar);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalarNode scalar)
    {
        var isPlain = scalar.Style == ScalarStyle.Plain;
        if (isPlain && long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            writer.WriteNumberValue(number);
        else if (isPlain && scalar.Value is ("true" or "false"))
            writer.WriteBooleanValue(scalar.Value == "true");
        else if (isPlain && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction))
            writer.WriteNumberValue(fraction);
        else if (isPlain && scalar.Value is (null or "" or "null" or "~"))
            writer.WriteNullValue();
        else
            writer.WriteStringValue(scalar.Value);
    }
}

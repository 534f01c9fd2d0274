using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Steward.Presets;

/// <summary>Reads the YAML that this program brings along: mappings, lists, texts, whole numbers and truth values.</summary>
internal static class PlainYaml
{
    /// <summary>The document as JSON.</summary>
    /// <param name="text">One YAML document.</param>
    internal static byte[] ToJson(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, yaml.Documents[0].RootNode);
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
        else if (isPlain && scalar.Value is "true" or "false")
            writer.WriteBooleanValue(scalar.Value == "true");
        else
            writer.WriteStringValue(scalar.Value);
    }
}

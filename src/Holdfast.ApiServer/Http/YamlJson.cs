using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Turns one YAML document into JSON, by the core schema's plain scalars as Kubernetes reads them. Aliases are expanded
/// within the bound of a body, so that a small document cannot become a large object.
/// </summary>
public static class YamlJson
{
    private const int MaximumNodes = 300_000;
    private const int MaximumDepth = 200;

    /// <summary>Converts a document.</summary>
    /// <param name="yaml">The text in UTF-8.</param>
    /// <exception cref="Client.ApiException">It is not one YAML document, or too large once its aliases are expanded.</exception>
    public static byte[] Convert(ReadOnlyMemory<byte> yaml)
    {
        try
        {
            return Write(Read(Encoding.UTF8.GetString(yaml.Span)));
        }
        catch (YamlException problem)
        {
            throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {problem.Start.Line}: {Words(problem)}");
        }
    }

    // The reader says what it was doing, then what is wrong; Kubernetes' says the second alone, as a clause.
    private static string Words(YamlException problem)
    {
        var text = problem.Message.TrimEnd('.');
        var comma = text.IndexOf(", ", StringComparison.Ordinal);
        var clause = comma >= 0 && text.StartsWith("While ", StringComparison.Ordinal) ? text[(comma + 2)..].Trim() : text;
        if (clause == "found invalid mapping")
            return "mapping values are not allowed in this context";
        return clause.Length == 0 ? "the text is not YAML" : char.ToLowerInvariant(clause[0]) + clause[1..];
    }

    private static List<ParsingEvent> Read(string text)
    {
        var events = new List<ParsingEvent>();
        var parser = new Parser(new StringReader(text));
        while (MoveNext(parser))
        {
            if (events.Count >= MaximumNodes)
                throw ApiErrors.BadRequest("error converting YAML to JSON: the document has too many nodes");
            if (parser.Current is DocumentStart && events.Any(each => each is DocumentEnd))
                throw ApiErrors.BadRequest("error converting YAML to JSON: there is more than one document");
            events.Add(parser.Current!);
        }
        return events;
    }

    private static bool MoveNext(Parser parser)
    {
        try
        {
            return parser.MoveNext();
        }
        catch (InvalidOperationException)
        {
            // What the parser throws at a flow that is not closed before the next key.
            throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {parser.Current?.End.Line ?? 1}: did not find expected ',' or a closing bracket");
        }
    }

    private static byte[] Write(List<ParsingEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions);
        new Conversion(events, writer).Run();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private sealed class Conversion(List<ParsingEvent> events, Utf8JsonWriter writer)
    {
        private readonly Dictionary<AnchorName, int> _anchors = [];
        private int _nodes;

        public void Run()
        {
            var start = events.FindIndex(each => each is NodeEvent or AnchorAlias);
            if (start < 0)
                writer.WriteNullValue();
            else
                Node(start, 0);
        }

        // Writes the node that begins at an event, and gives the position after it.
        private int Node(int at, int depth)
        {
            if (++_nodes > MaximumNodes || writer.BytesCommitted + writer.BytesPending > RequestBody.MaximumBytes || depth > MaximumDepth)
                throw ApiErrors.BadRequest("error converting YAML to JSON: the document is too large once its aliases are expanded");
            if (events[at] is NodeEvent { Anchor.IsEmpty: false } anchored)
                _anchors[anchored.Anchor] = at;
            switch (events[at])
            {
                case AnchorAlias alias:
                    if (!_anchors.TryGetValue(alias.Value, out var target))
                        throw ApiErrors.BadRequest($"error converting YAML to JSON: yaml: unknown anchor '{alias.Value}' referenced");
                    _anchors.Remove(alias.Value);
                    Node(target, depth + 1);
                    _anchors[alias.Value] = target;
                    return at + 1;
                case Scalar scalar:
                    Value(scalar);
                    return at + 1;
                case SequenceStart:
                    return Sequence(at + 1, depth);
                case MappingStart:
                    return Mapping(at + 1, depth);
                default:
                    throw ApiErrors.BadRequest("error converting YAML to JSON: the document has no value");
            }
        }

        private int Sequence(int at, int depth)
        {
            writer.WriteStartArray();
            while (events[at] is not SequenceEnd)
                at = Node(at, depth + 1);
            writer.WriteEndArray();
            return at + 1;
        }

        private int Mapping(int at, int depth)
        {
            writer.WriteStartObject();
            while (events[at] is not MappingEnd)
            {
                if (events[at] is not Scalar key)
                    throw ApiErrors.BadRequest("error converting YAML to JSON: a key is not a string");
                writer.WritePropertyName(key.Value);
                at = Node(at + 1, depth + 1);
            }
            writer.WriteEndObject();
            return at + 1;
        }

        private void Value(Scalar scalar)
        {
            if (scalar.Style != ScalarStyle.Plain)
            {
                writer.WriteStringValue(scalar.Value);
                return;
            }
            switch (scalar.Value)
            {
                case "" or "~" or "null" or "Null" or "NULL":
                    writer.WriteNullValue();
                    break;
                case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                    writer.WriteBooleanValue(true);
                    break;
                case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                    writer.WriteBooleanValue(false);
                    break;
                default:
                    NumberOrText(scalar.Value);
                    break;
            }
        }

        private void NumberOrText(string text)
        {
            const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            var mayBeNumber = text[0] is '-' or '+' or '.' || char.IsAsciiDigit(text[0]);
            if (mayBeNumber && Whole(text) is { } whole)
                writer.WriteNumberValue(whole);
            else if (mayBeNumber && double.TryParse(text, Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                writer.WriteNumberValue(number);
            else
                writer.WriteStringValue(text);
        }

        private static long? Whole(string text)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return text is ['0', _, ..] && text.All(digit => digit is >= '0' and <= '7') ? Octal(text) : number;
            if (text.StartsWith("0x", StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
                return hex;
            return text.StartsWith("0o", StringComparison.Ordinal) ? Octal(text[2..]) : null;
        }

        // YAML 1.1 writes file modes as 0644.
        private static long? Octal(string digits)
        {
            long value = 0;
            foreach (var digit in digits)
            {
                if (digit is < '0' or > '7' || value > long.MaxValue / 8)
                    return null;
                value = (value * 8) + (digit - '0');
            }
            return digits.Length == 0 ? null : value;
        }
    }
}

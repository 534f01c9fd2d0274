using System.Buffers;
using System.Text;
using System.Text.Json;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Turns one YAML document into JSON as Kubernetes does, merge keys included. Aliases are expanded within the bound of a body,
/// so that a small document cannot become a large object.
/// </summary>
public static class YamlJson
{
    /// <summary>How many nodes a document may have, and how many once its aliases are expanded.</summary>
    internal const int MaximumNodes = 300_000;

    // The stream and the document nest too.
    private const int MaximumNesting = JsonInput.MaximumDepth + 2;

    /// <summary>Converts a document.</summary>
    /// <param name="yaml">The text in UTF-8.</param>
    /// <exception cref="ApiException">It is not one YAML document, or too large once its aliases are expanded.</exception>
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
        var depth = 0;
        while (MoveNext(parser))
        {
            if (events.Count >= MaximumNodes)
                throw ApiErrors.BadRequest("error converting YAML to JSON: the document has too many nodes");
            // At once: what the parser does for a token grows with the brackets that are open.
            depth += parser.Current!.NestingIncrease;
            if (depth > MaximumNesting)
                throw TooDeep(parser.Current.Start.Line);
            if (parser.Current is DocumentStart && events.Any(each => each is DocumentEnd))
                throw ApiErrors.BadRequest("error converting YAML to JSON: there is more than one document");
            events.Add(parser.Current!);
        }
        return events;
    }

    /// <summary>The refusal of a document that nests too deeply.</summary>
    internal static ApiException TooDeep(long line) =>
        ApiErrors.BadRequest($"error converting YAML to JSON: yaml: line {line}: the document nests deeper than {JsonInput.MaximumDepth} levels");

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
        new YamlConversion(events, writer).Run();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.ApiServer.Http;

/// <summary>
/// Writes JSON as YAML the way Kubernetes does: keys in their order, lists not indented, text plain where it can only be
/// read as text, and of several lines as a block.
/// </summary>
internal static class JsonYaml
{
    private static readonly EmitterSettings Settings = new(
        bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: false, indentSequences: false);

    /// <summary>Converts a document.</summary>
    /// <param name="json">The text in UTF-8.</param>
    public static byte[] Convert(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Node(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Node(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var isEmpty = !value.EnumerateObject().Any();
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, isEmpty ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    Text(emitter, member.Name);
                    Node(emitter, member.Value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                var style = value.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
                foreach (var element in value.EnumerateArray())
                    Node(emitter, element);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                Text(emitter, value.GetString()!);
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value.GetRawText(), ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void Text(Emitter emitter, string text)
    {
        var style = text switch
        {
            _ when text.Contains('\n', StringComparison.Ordinal) => IsBlock(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted,
            _ when !IsText(text) => ScalarStyle.DoubleQuoted,
            _ => ScalarStyle.Plain,
        };
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    // A reader of YAML 1.1 takes more for numbers, dates and truths than one of 1.2: none of that is left unquoted.
    private static bool IsText(string text)
    {
        if (text.Length == 0 || text[0] is '-' or '+' or '.' or '=' or '~' || char.IsAsciiDigit(text[0]) || text.Contains('\t', StringComparison.Ordinal))
            return false;
        return text.ToUpperInvariant() is not ("NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N" or "<<");
    }

    // A block keeps neither spaces at its start nor other characters than those that print.
    private static bool IsBlock(string text) =>
        text[0] is not (' ' or '\n' or '\t') && text.All(letter => letter == '\n' || letter == '\t' || (letter >= ' ' && letter is not ('\u007f' or '\u0085' or '\u2028' or '\u2029' or '\ufeff') && !char.IsSurrogate(letter) && !char.IsControl(letter)));
}

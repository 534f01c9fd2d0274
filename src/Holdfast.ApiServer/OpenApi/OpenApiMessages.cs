using System.Text.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>The messages of <c>openapi.v3</c> of gnostic, as far as Kubernetes' documents use them: which property is which field.</summary>
internal static class OpenApiMessages
{
    private static readonly TextForm Text = new();
    private static readonly NumberForm Number = new();
    private static readonly DoubleForm Double = new();
    private static readonly AnyForm Any = new();
    private static readonly ManyForm Texts = new(Text);
    private static readonly ManyForm Anys = new(Any);

    private static readonly MessageForm ExternalDocumentation = new(3, ("description", 1, static () => Text), ("url", 2, static () => Text));

    private static readonly MessageForm Reference = new(0, ("$ref", 1, static () => Text), ("summary", 2, static () => Text), ("description", 3, static () => Text));

    private static readonly MessageForm Schema = new(36,
        ("nullable", 1, static () => Number), ("readOnly", 3, static () => Number), ("writeOnly", 4, static () => Number),
        ("externalDocs", 6, static () => ExternalDocumentation), ("example", 7, static () => Any), ("deprecated", 8, static () => Number),
        ("title", 9, static () => Text), ("multipleOf", 10, static () => Double), ("maximum", 11, static () => Double),
        ("exclusiveMaximum", 12, static () => Number), ("minimum", 13, static () => Double), ("exclusiveMinimum", 14, static () => Number),
        ("maxLength", 15, static () => Number), ("minLength", 16, static () => Number), ("pattern", 17, static () => Text),
        ("maxItems", 18, static () => Number), ("minItems", 19, static () => Number), ("uniqueItems", 20, static () => Number),
        ("maxProperties", 21, static () => Number), ("minProperties", 22, static () => Number), ("required", 23, static () => Texts),
        ("enum", 24, static () => Anys), ("type", 25, static () => Text), ("allOf", 26, static () => SchemaList!), ("oneOf", 27, static () => SchemaList!),
        ("anyOf", 28, static () => SchemaList!), ("not", 29, static () => Schema!), ("items", 30, static () => Items!), ("properties", 31, static () => Schemas!),
        ("additionalProperties", 32, static () => AdditionalProperties!), ("default", 33, static () => Default!), ("description", 34, static () => Text),
        ("format", 35, static () => Text));

    private static readonly ScalarChoiceForm Default = new();
    private static readonly ChoiceForm SchemaOrReference = OrReference(Schema);
    private static readonly ManyForm SchemaList = new(SchemaOrReference);
    private static readonly ChoiceForm Items = new(static _ => (1, SchemaList));
    private static readonly ChoiceForm Schemas = Map(static () => SchemaOrReference);
    private static readonly ChoiceForm AdditionalProperties =
        new(static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? (2, Number) : (1, SchemaOrReference));

    private static readonly MessageForm MediaType = new(5, ("schema", 1, static () => SchemaOrReference), ("example", 2, static () => Any));
    private static readonly ChoiceForm Content = Map(static () => MediaType);

    private static readonly MessageForm Parameter = new(14,
        ("name", 1, static () => Text), ("in", 2, static () => Text), ("description", 3, static () => Text), ("required", 4, static () => Number),
        ("deprecated", 5, static () => Number), ("allowEmptyValue", 6, static () => Number), ("style", 7, static () => Text), ("explode", 8, static () => Number),
        ("allowReserved", 9, static () => Number), ("schema", 10, static () => SchemaOrReference), ("example", 11, static () => Any), ("content", 13, static () => Content));

    private static readonly ManyForm Parameters = new(OrReference(Parameter));

    private static readonly ChoiceForm RequestBody = OrReference(new(4,
        ("description", 1, static () => Text), ("content", 2, static () => Content), ("required", 3, static () => Number)));

    private static readonly ChoiceForm Response = OrReference(new(5, ("description", 1, static () => Text), ("content", 3, static () => Content)));
    private static readonly ChoiceForm Responses = new(static _ => (2, new NamedForm(static () => Response)));

    private static readonly MessageForm Operation = new(13,
        ("tags", 1, static () => Texts), ("summary", 2, static () => Text), ("description", 3, static () => Text), ("operationId", 5, static () => Text),
        ("parameters", 6, static () => Parameters), ("requestBody", 7, static () => RequestBody), ("responses", 8, static () => Responses),
        ("deprecated", 10, static () => Number));

    private static readonly MessageForm PathItem = new(14,
        ("summary", 2, static () => Text), ("description", 3, static () => Text), ("get", 4, static () => Operation), ("put", 5, static () => Operation),
        ("post", 6, static () => Operation), ("delete", 7, static () => Operation), ("options", 8, static () => Operation), ("head", 9, static () => Operation),
        ("patch", 10, static () => Operation), ("trace", 11, static () => Operation), ("parameters", 13, static () => Parameters));

    private static readonly ChoiceForm Paths = Map(static () => PathItem);
    private static readonly MessageForm Components = new(10, ("schemas", 1, static () => Schemas));
    private static readonly MessageForm Info = new(7, ("title", 1, static () => Text), ("description", 2, static () => Text), ("version", 6, static () => Text));

    /// <summary>A whole document.</summary>
    public static MessageForm Document { get; } = new(9,
        ("openapi", 1, static () => Text), ("info", 2, static () => Info), ("paths", 4, static () => Paths), ("components", 5, static () => Components));

    private static ChoiceForm OrReference(MessageForm form) => new(value => value.TryGetProperty("$ref", out _) ? (2, Reference) : (1, form));

    private static ChoiceForm Map(Func<ValueForm> value) => new(_ => (1, new NamedForm(value)));
}

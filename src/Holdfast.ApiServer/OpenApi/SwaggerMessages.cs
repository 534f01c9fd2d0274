using System.Text.Json;

namespace Holdfast.ApiServer.OpenApi;

/// <summary>The messages of <c>openapi.v2</c> of gnostic, as far as Kubernetes' documents use them: which property is which field.</summary>
internal static class SwaggerMessages
{
    private static readonly TextForm Text = new();
    private static readonly NumberForm Number = new();
    private static readonly DoubleForm Double = new();
    private static readonly AnyForm Any = new();
    private static readonly ManyForm Texts = new(Text);
    private static readonly ManyForm Anys = new(Any);

    private static readonly ChoiceForm TypeItem = new(static _ => (1, Texts));

    private static readonly MessageForm Schema = new(31,
        ("$ref", 1, static () => Text), ("format", 2, static () => Text), ("title", 3, static () => Text), ("description", 4, static () => Text),
        ("default", 5, static () => Any), ("multipleOf", 6, static () => Double), ("maximum", 7, static () => Double),
        ("exclusiveMaximum", 8, static () => Number), ("minimum", 9, static () => Double), ("exclusiveMinimum", 10, static () => Number),
        ("maxLength", 11, static () => Number), ("minLength", 12, static () => Number), ("pattern", 13, static () => Text),
        ("maxItems", 14, static () => Number), ("minItems", 15, static () => Number), ("uniqueItems", 16, static () => Number),
        ("maxProperties", 17, static () => Number), ("minProperties", 18, static () => Number), ("required", 19, static () => Texts),
        ("enum", 20, static () => Anys), ("additionalProperties", 21, static () => AdditionalProperties!), ("type", 22, static () => TypeItem),
        ("items", 23, static () => Items!), ("allOf", 24, static () => Schemas!), ("properties", 25, static () => Definitions!),
        ("discriminator", 26, static () => Text), ("readOnly", 27, static () => Number), ("example", 30, static () => Any));

    private static readonly ManyForm Schemas = new(Schema);
    private static readonly ChoiceForm Items = new(static _ => (1, Schemas));
    private static readonly ChoiceForm SchemaItem = new(static _ => (1, Schema));
    private static readonly ChoiceForm Definitions = new(static _ => (1, new NamedForm(static () => Schema)));
    private static readonly ChoiceForm AdditionalProperties =
        new(static value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? (2, Number) : (1, Schema));

    private static readonly MessageForm Primitive = new(18, ("type", 1, static () => Text), ("format", 2, static () => Text), ("enum", 16, static () => Anys));

    private static readonly MessageForm BodyParameter = new(6,
        ("description", 1, static () => Text), ("name", 2, static () => Text), ("in", 3, static () => Text), ("required", 4, static () => Number),
        ("schema", 5, static () => Schema));

    private static readonly MessageForm QueryParameter = new(23,
        ("required", 1, static () => Number), ("in", 2, static () => Text), ("description", 3, static () => Text), ("name", 4, static () => Text),
        ("allowEmptyValue", 5, static () => Number), ("type", 6, static () => Text), ("format", 7, static () => Text), ("items", 8, static () => Primitive),
        ("collectionFormat", 9, static () => Text), ("default", 10, static () => Any), ("pattern", 17, static () => Text),
        ("uniqueItems", 20, static () => Number), ("enum", 21, static () => Anys));

    // Of headers and paths: as of queries, less allowEmptyValue, so that what follows has a number less.
    private static readonly MessageForm PlainParameter = new(22,
        ("required", 1, static () => Number), ("in", 2, static () => Text), ("description", 3, static () => Text), ("name", 4, static () => Text),
        ("type", 5, static () => Text), ("format", 6, static () => Text), ("items", 7, static () => Primitive), ("collectionFormat", 8, static () => Text),
        ("default", 9, static () => Any), ("pattern", 16, static () => Text), ("uniqueItems", 19, static () => Number), ("enum", 20, static () => Anys));

    private static readonly MessageForm Reference = new(31, ("$ref", 1, static () => Text), ("description", 2, static () => Text));

    private static readonly ChoiceForm NonBodyParameter = new(static value => value.GetProperty("in").GetString() switch
    {
        "header" => (1, PlainParameter),
        "query" => (3, QueryParameter),
        _ => (4, PlainParameter),
    });

    private static readonly ChoiceForm Parameter = new(static value => value.GetProperty("in").GetString() == "body" ? (1, BodyParameter) : (2, NonBodyParameter));
    private static readonly ChoiceForm ParametersItem = new(static value => value.TryGetProperty("$ref", out _) ? (2, Reference) : (1, Parameter));
    private static readonly ManyForm Parameters = new(ParametersItem);

    private static readonly MessageForm Response = new(5, ("description", 1, static () => Text), ("schema", 2, static () => SchemaItem));
    private static readonly ChoiceForm ResponseValue = new(static value => value.TryGetProperty("$ref", out _) ? (2, Reference) : (1, Response));
    private static readonly ChoiceForm Responses = new(static _ => (1, new NamedForm(static () => ResponseValue)));

    private static readonly MessageForm Operation = new(13,
        ("tags", 1, static () => Texts), ("summary", 2, static () => Text), ("description", 3, static () => Text), ("operationId", 5, static () => Text),
        ("produces", 6, static () => Texts), ("consumes", 7, static () => Texts), ("parameters", 8, static () => Parameters),
        ("responses", 9, static () => Responses), ("schemes", 10, static () => Texts), ("deprecated", 11, static () => Number));

    private static readonly MessageForm PathItem = new(10,
        ("get", 2, static () => Operation), ("put", 3, static () => Operation), ("post", 4, static () => Operation), ("delete", 5, static () => Operation),
        ("options", 6, static () => Operation), ("head", 7, static () => Operation), ("patch", 8, static () => Operation),
        ("parameters", 9, static () => Parameters));

    private static readonly ChoiceForm Paths = new(static _ => (2, new NamedForm(static () => PathItem)));
    private static readonly MessageForm Info = new(7, ("title", 1, static () => Text), ("version", 2, static () => Text), ("description", 3, static () => Text));

    /// <summary>A whole document.</summary>
    public static MessageForm Document { get; } = new(16,
        ("swagger", 1, static () => Text), ("info", 2, static () => Info), ("host", 3, static () => Text), ("basePath", 4, static () => Text),
        ("schemes", 5, static () => Texts), ("consumes", 6, static () => Texts), ("produces", 7, static () => Texts), ("paths", 8, static () => Paths),
        ("definitions", 9, static () => Definitions));
}

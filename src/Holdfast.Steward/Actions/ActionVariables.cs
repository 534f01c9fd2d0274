using System.Text.Json;
using Holdfast.Cel;
using Holdfast.Model.Json;

namespace Holdfast.Steward.Actions;

/// <summary>What the expressions of actions may refer to, with the types they are checked against.</summary>
internal static class ActionVariables
{
    internal const string Set = "set";
    internal const string Member = "member";
    internal const string Leader = "leader";
    internal const string Candidate = "candidate";
    internal const string Seen = "seen";
    internal const string Response = "response";

    private static readonly CelType MemberType = CelType.Object("Member",
    [
        Field("name", CelType.String), Field("ordinal", CelType.Int), Field("pod", CelType.String),
        Field("host", CelType.String), Field("id", CelType.String), Field("address", CelType.String),
    ]);

    private static readonly CelType SetType = CelType.Object("Set",
    [
        Field("name", CelType.String), Field("namespace", CelType.String) with { Name = CelIdentifiers.Escape("namespace")! },
        Field("service", CelType.String), Field("replicas", CelType.Int),
    ]);

    private static readonly CelType ResponseType = CelType.Object("Response",
    [
        Field("status", CelType.Int), Field("json", CelType.Dyn), Field("text", CelType.String), Field("errors", CelType.String),
    ]);

    /// <summary>What a request may refer to.</summary>
    /// <param name="seen">The fields of earlier calls.</param>
    internal static CelEnvironment ForRequests(IEnumerable<string> seen) => CelEnvironment.Standard
        .With(Set, SetType)
        .With(Member, MemberType)
        .With(Leader, MemberType)
        .With(Candidate, MemberType)
        .With(Seen, CelType.Object("Seen", seen.Select(name => Field(name, CelType.Dyn))));

    /// <summary>What a field of an answer may refer to besides.</summary>
    /// <param name="requests">What the request may refer to.</param>
    internal static CelEnvironment ForFields(CelEnvironment requests) => requests.With(Response, ResponseType);

    /// <summary>The value of <c>response</c>; <c>response.json</c> is null when the text is no JSON.</summary>
    internal static CelValue ValueOf(ActionResponse response) => CelMap.Of(
    [
        new("status", new CelInt(response.Status)), new("text", new CelString(response.Text)),
        new("errors", new CelString(response.Errors)), new("json", Json(response.Text)),
    ]);

    private static CelValue Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, JsonInput.DocumentOptions);
            return CelValue.FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return CelNull.Instance;
        }
    }

    private static CelField Field(string name, CelType type) => new(name, name, type);
}

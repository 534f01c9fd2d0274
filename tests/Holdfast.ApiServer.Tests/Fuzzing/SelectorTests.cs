using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Meta;
using Holdfast.Model.Schema;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>Label selectors within objects: each kind's are looked at by its validation, and before that nothing stumbles over them.</summary>
public sealed class SelectorTests(SharedServer shared)
{
    private static readonly string[] MadeByTheServer = ["CronJob.spec.jobTemplate.spec.selector"];

    // As in Kubernetes, a set's claims are looked at when they are made of their templates.
    private const string NotLookedAt = "$.spec.volumeClaimTemplates";

    private static IEnumerable<FuzzRequest> Creations =>
        ValidRequests.All.Where(request => request.Method == "POST" && request.Body is [(byte)'{', ..] && (request.Query.IsEmpty || request.Query.Contains(("dryRun", "All"))));

    [Fact]
    public void The_fuzzed_requests_have_every_selector_that_a_kind_can_have()
    {
        var served = shared.Running.Host.Core.Served.All.Where(each => each.Verbs.Contains("create") && each.Custom is null && each.Type.Group.EndsWith("k8s.io", StringComparison.Ordinal) | !each.Type.Group.Contains('.', StringComparison.Ordinal));
        var known = served.SelectMany(each => Places(each.Codec.Schema, each.Type.Kind, [])).Where(place => !IsOfPodTemplate(place)).ToHashSet();
        var there = Creations.SelectMany(request => Present(JsonNode.Parse(request.Body)!)).ToHashSet();
        Assert.NotEmpty(known);
        Assert.Empty(known.Except(there).Except(MadeByTheServer));
    }

    [Fact]
    public async Task A_selector_that_is_none_is_refused_wherever_it_stands()
    {
        var (server, tried) = (shared.Running, 0);
        await server.SendAsync("POST", "/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"fuzz"}}""");
        await server.SendAsync("POST", "/api/v1/namespaces/fuzz/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""");
        foreach (var request in Creations)
        {
            var fields = JsonNode.Parse(request.Body)!;
            if (fields["metadata"]?["name"] is not { } name || fields["kind"]!.GetValue<string>() is "SubjectAccessReview")
                continue;
            name.ReplaceWith("selecting");
            foreach (var selector in SelectorMutations.Bad)
            {
                foreach (var (path, body) in SelectorMutations.InEachPlace(Encoding.UTF8.GetBytes(fields.ToJsonString()), selector))
                {
                    if (path.StartsWith(NotLookedAt, StringComparison.Ordinal))
                        continue;
                    var (code, status) = await server.SendAsync("POST", request.Path + "?dryRun=All", Encoding.UTF8.GetString(body));
                    Assert.True(code == 422, $"{request.Path} with {selector} at {path}: {code} {status}");
                    Assert.Contains(path[2..path.IndexOf("elector", StringComparison.Ordinal)], (string)status["message"]!, StringComparison.Ordinal);
                    tried++;
                }
            }
        }
        Assert.True(tried > 300, $"only {tried} were tried");
        Assert.Empty(server.Faults);
    }

    // Of the kinds that hold a pod's template one is enough: all have the same.
    private static bool IsOfPodTemplate(string place) => place.Contains(".template.spec.", StringComparison.Ordinal) && !place.StartsWith("StatefulSet", StringComparison.Ordinal);

    private static List<string> Places(TypeSchema type, string path, HashSet<string> above)
    {
        if (type.Name == LabelSelector.ModelSchema.Name)
            return [path];
        if (!above.Add(type.Name))
            return [];
        var places = type.Fields.SelectMany(field => Innermost(field.Shape) is { } inner ? Places(inner, $"{path}.{field.JsonName}", above) : []).ToList();
        above.Remove(type.Name);
        return places;
    }

    private static TypeSchema? Innermost(Shape shape) =>
        shape.Kind is ShapeKind.List or ShapeKind.Map ? Innermost(shape.Element!) : shape.Kind == ShapeKind.Object ? shape.Type : null;

    private static IEnumerable<string> Present(JsonNode fields)
    {
        var kind = fields["kind"]!.GetValue<string>();
        return SelectorMutations.InEachPlace(Encoding.UTF8.GetBytes(fields.ToJsonString()), "{}").Select(each =>
            kind + string.Concat(each.Path[1..].Split('[').Select((part, index) => index == 0 ? part : part[(part.IndexOf(']', StringComparison.Ordinal) + 1)..])));
    }
}

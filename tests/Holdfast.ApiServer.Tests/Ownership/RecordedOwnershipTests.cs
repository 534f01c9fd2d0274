using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Model.Core;
using Holdfast.Model.Tests.References;

namespace Holdfast.ApiServer.Tests.Ownership;

/// <summary>
/// Replays every write of the recorded conversations and compares who owns which field, whole: the conversations
/// themselves mostly pass over it. What controllers own is left out on both sides, since none runs here.
/// </summary>
public sealed partial class RecordedOwnershipTests
{
    // These go on from what controllers, or kinds defined at run time, have made.
    private static readonly string[] NeedControllers =
        ["custom-resource", "endpoints", "ownership-chain", "revision-body", "service-account", "tables-of-a-set", "namespace-end", "foreground-delete"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_recorded_write_leaves_the_recorded_owners()
    {
        var files = SharedFolder.Files("conform", "cases", "api").Where(file => !NeedControllers.Contains(Path.GetFileNameWithoutExtension(file))).ToList();
        await using var server = await RunningServer.StartAsync(Token);
        var falls = new StringBuilder();
        var compared = 0;
        foreach (var file in files)
            compared += await ReplayAsync(server, file, falls);
        Assert.True(falls.Length == 0, falls.ToString());
        Assert.True(files.Count == 0 || compared > 50, $"only {compared} writes were compared");
    }

    private static async Task<int> ReplayAsync(RunningServer server, string file, StringBuilder falls)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var words = new Dictionary<string, string>(StringComparer.Ordinal) { ["ns"] = "o-" + name };
        await server.Client.CreateAsync(Namespace.Empty with { Metadata = Objects.Meta(words["ns"], "") }, Token);
        var account = Objects.DefaultAccount();
        await server.Client.CreateAsync(account with { Metadata = account.Metadata with { Namespace = words["ns"] } }, Token);
        var compared = 0;
        foreach (var step in JsonNode.Parse(await File.ReadAllTextAsync(file, Token))!["steps"]!.AsArray())
        {
            if (step!["call"] is null)
                continue;
            var call = Filled(step["call"]!.GetValue<string>(), words).Split(' ');
            var answer = await AskAsync(server, call[0], call[1], step, words);
            foreach (var (word, path) in step["capture"]?.AsObject() ?? [])
                words[word] = path!.GetValue<string>().Split('.').Aggregate((JsonNode?)answer, (at, part) => at?[part])?.ToString() ?? "";
            var expected = step["expect"]?["body"]?["metadata"]?["managedFields"];
            if (expected is null || call[0] is not ("POST" or "PUT" or "PATCH"))
                continue;
            compared++;
            var (want, got) = (Owners(expected), Owners(answer?["metadata"]?["managedFields"]));
            if (want != got)
                falls.AppendLine($"{name}: {call[0]} {call[1]}\n  want {want}\n  got  {got}");
        }
        return compared;
    }

    private static async Task<JsonNode?> AskAsync(RunningServer server, string verb, string path, JsonNode step, Dictionary<string, string> words)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        foreach (var (header, value) in step["headers"]?.AsObject() ?? [])
            request.Headers.TryAddWithoutValidation(header, Filled(value!.ToString(), words));
        if (step["body"] is { } body)
        {
            request.Content = new StringContent(Filled(body.ToJsonString(), words), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(step["type"]?.GetValue<string>() ?? "application/json");
        }
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseContentRead, Token);
        try
        {
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(Token));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Entries are listed by their second, and so in another order on a slower machine.
    private static string Owners(JsonNode? book) => string.Join("\n       ", (book?.AsArray() ?? [])
        .Where(entry => entry!["manager"]!.GetValue<string>() is not ("kube-controller-manager" or "kube-apiserver"))
        .Select(entry => $"{entry!["manager"]} {entry["operation"]} {entry["apiVersion"]} {entry["subresource"]} {entry["fieldsType"]} {Sorted(entry["fieldsV1"])}")
        .Order(StringComparer.Ordinal));

    private static string Sorted(JsonNode? node) => node is JsonObject members
        ? "{" + string.Join(' ', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => Uid().Replace(member.Key, "<uid>") + Sorted(member.Value))) + "}"
        : node?.ToJsonString() ?? "";

    private static string Filled(string text, Dictionary<string, string> words) =>
        words.Aggregate(text, (filled, word) => filled.Replace($"{{{word.Key}}}", word.Value, StringComparison.Ordinal));

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|<root>")]
    private static partial Regex Uid();
}

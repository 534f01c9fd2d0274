using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>Wrong label selectors, put where an object has a right one.</summary>
internal static class SelectorMutations
{
    /// <summary>Selectors that are none, each for another reason.</summary>
    public static readonly string[] Bad =
    [
        """{"matchLabels":{"a b":"c"}}""", """{"matchLabels":{"a":"c d"}}""", """{"matchLabels":{"":"c"}}""", """{"matchExpressions":[{}]}""",
        """{"matchExpressions":[{"key":"a","operator":"Bogus"}]}""", """{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}""",
        """{"matchExpressions":[{"key":"a","operator":"In"}]}""", """{"matchExpressions":[{"key":"a","operator":"NotIn","values":[]}]}""",
        """{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}""", """{"matchExpressions":[{"key":"","operator":"Exists"}]}""",
        """{"matchExpressions":[{"key":"a","operator":"In","values":["b c"]}]}""", """{"matchExpressions":[{"key":"/","operator":"DoesNotExist"}]}""",
    ];

    /// <summary>Puts a wrong selector in the place of one that a body has; a body without one stays as it is.</summary>
    /// <param name="body">The body.</param>
    /// <param name="chance">Draws which.</param>
    public static byte[] Apply(byte[] body, IChance chance)
    {
        try
        {
            var root = JsonNode.Parse(body, null, new JsonDocumentOptions { MaxDepth = 300 });
            var places = new List<JsonNode>();
            Collect(root, places);
            return places.Count == 0 ? body : Put(root!, places[chance.Next(places.Count)], Bad[chance.Next(Bad.Length)]);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            // It is none any more, or one that no tree can be made of.
            return body;
        }
    }

    /// <summary>The bodies that come of putting a selector in each place where a body has one, with the places' paths.</summary>
    /// <param name="body">The body.</param>
    /// <param name="selector">The selector.</param>
    public static IEnumerable<(string Path, byte[] Body)> InEachPlace(byte[] body, string selector)
    {
        var places = new List<JsonNode>();
        Collect(JsonNode.Parse(body), places);
        for (var index = 0; index < places.Count; index++)
        {
            var root = JsonNode.Parse(body)!;
            var own = new List<JsonNode>();
            Collect(root, own);
            yield return (own[index].GetPath(), Put(root, own[index], selector));
        }
    }

    private static byte[] Put(JsonNode root, JsonNode place, string selector)
    {
        place.ReplaceWith(JsonNode.Parse(selector));
        return Encoding.UTF8.GetBytes(root.ToJsonString(new JsonSerializerOptions { MaxDepth = 400 }));
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject members)
        {
            if (node.Parent is not null && (members.ContainsKey("matchLabels") || members.ContainsKey("matchExpressions")))
                places.Add(node);
            foreach (var (_, value) in members)
                Collect(value, places);
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                Collect(item, places);
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.ApiServer.Http;
using Holdfast.Client;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.Host;

/// <summary>Objects in YAML files, for programs that have no kubectl at hand.</summary>
public static partial class ManifestFile
{
    /// <summary>Reads the objects of a file of YAML documents.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ClusterException">A document is not an object of a kind that Holdfast knows; the message names file and kind.</exception>
    public static IReadOnlyList<IResource> Read(string path)
    {
        var resources = new List<IResource>();
        foreach (var document in Separator().Split(File.ReadAllText(path)).Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            try
            {
                resources.Add(Resource(path, YamlJson.Convert(Encoding.UTF8.GetBytes(document))));
            }
            catch (Exception error) when (error is ApiException or ModelDecodeException or JsonException)
            {
                throw new ClusterException($"{path}: {error.Message}", error);
            }
        }
        return resources;
    }

    /// <summary>Makes the objects of a file that are not there yet; those that are there stay as they are.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="path">The file.</param>
    /// <param name="namespaceName">The namespace of objects that name none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ApiException">The server refused an object.</exception>
    public static async Task ApplyAsync(KubernetesClient client, string path, string namespaceName, CancellationToken cancellationToken)
    {
        foreach (var resource in Read(path))
        {
            var type = resource.GetResourceType();
            var own = type.IsNamespaced ? (resource.Metadata.Namespace is { Length: > 0 } named ? named : namespaceName) : "";
            var body = resource.WithMetadata(resource.Metadata with { Namespace = own });
            try
            {
                await client.Transport.CallAsync(new ApiCall(ApiVerb.Create, type, own, "") { Body = body }, cancellationToken);
            }
            catch (ApiException error) when (error.IsAlreadyExists)
            {
                continue;
            }
        }
    }

    private static IResource Resource(string path, byte[] json)
    {
        using var document = JsonDocument.Parse(json, JsonInput.DocumentOptions);
        var kind = Text(document.RootElement, "kind");
        var apiVersion = Text(document.RootElement, "apiVersion");
        var codec = ResourceCatalog.Find(apiVersion, kind)
            ?? throw new ClusterException($"{path}: Holdfast does not know kind \"{kind}\" of apiVersion \"{apiVersion}\".");
        var issues = new DecodeIssues();
        var resource = codec.Read(json, issues);
        return issues.IsClean
            ? resource
            : throw new ClusterException($"{path}: {kind} {resource.Metadata.Name} has unknown or repeated fields: {string.Join(", ", issues.UnknownFields.Concat(issues.DuplicateFields))}.");
    }

    private static string Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    [GeneratedRegex(@"^---.*$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}

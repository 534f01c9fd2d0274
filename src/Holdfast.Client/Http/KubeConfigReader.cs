using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Client.Http;

/// <summary>Reads the parts of a kubeconfig that one context needs.</summary>
internal static class KubeConfigReader
{
    public static KubeConfig Read(string path, string? context)
    {
        var root = Parse(path);
        var name = context ?? Text(root, "current-context");
        if (name.Length == 0)
            throw new KubeConfigException($"{path} has no current context: name one");
        var chosen = Named(path, root, "contexts", "context", name);
        var cluster = Named(path, root, "clusters", "cluster", Text(chosen, "cluster"));
        var userName = Text(chosen, "user");
        var user = userName.Length > 0 ? Named(path, root, "users", "user", userName) : new YamlMappingNode();
        RefuseUnsupported(path, userName, user);
        var server = Text(cluster, "server");
        return new KubeConfig
        {
            Server = Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var uri)
                ? uri
                : throw new KubeConfigException($"{path}: the server \"{server}\" of context {name} is not an address such as https://127.0.0.1:6443"),
            Context = name,
            Namespace = Text(chosen, "namespace") is { Length: > 0 } namespaceName ? namespaceName : "default",
            CertificateAuthorityPem = Pem(path, cluster, "certificate-authority"),
            TlsServerName = Text(cluster, "tls-server-name"),
            IsTlsUnverified = Text(cluster, "insecure-skip-tls-verify") == "true",
            ClientCertificatePem = Pem(path, user, "client-certificate"),
            ClientKeyPem = Pem(path, user, "client-key"),
            Token = Text(user, "token"),
            TokenFile = Text(user, "tokenFile") is { Length: > 0 } file ? Resolve(path, file) : "",
        };
    }

    private static YamlMappingNode Parse(string path)
    {
        try
        {
            using var text = new StreamReader(path, Encoding.UTF8);
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode root
                ? root
                : throw new KubeConfigException($"{path} is not a kubeconfig: it holds no mapping");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"the kubeconfig {path} cannot be read: {error.Message}", error);
        }
        catch (YamlException error)
        {
            throw new KubeConfigException($"{path} is not YAML: line {error.Start.Line}: {error.Message}", error);
        }
    }

    private static YamlMappingNode Named(string path, YamlMappingNode root, string list, string kind, string name)
    {
        if (Child(root, list) is YamlSequenceNode entries)
        {
            foreach (var entry in entries.OfType<YamlMappingNode>())
            {
                if (Text(entry, "name") == name && Child(entry, kind) is YamlMappingNode found)
                    return found;
            }
        }
        throw new KubeConfigException($"{path} has no {kind} named \"{name}\"");
    }

    private static void RefuseUnsupported(string path, string name, YamlMappingNode user)
    {
        foreach (var field in (ReadOnlySpan<string>)["exec", "auth-provider", "username"])
        {
            if (Child(user, field) is not null)
                throw new KubeConfigException($"{path}: user \"{name}\" signs in by {field}, which is not supported: use a token or a client certificate");
        }
    }

    private static string Pem(string path, YamlMappingNode node, string field)
    {
        var data = Text(node, field + "-data");
        try
        {
            if (data.Length > 0)
                return Encoding.ASCII.GetString(Convert.FromBase64String(data));
            return Text(node, field) is { Length: > 0 } file ? File.ReadAllText(Resolve(path, file)) : "";
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{path}: {field} cannot be read: {error.Message}", error);
        }
    }

    private static string Resolve(string path, string file) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", file);

    private static string Text(YamlMappingNode node, string field) => (Child(node, field) as YamlScalarNode)?.Value ?? "";

    private static YamlNode? Child(YamlMappingNode node, string field) =>
        node.Children.TryGetValue(new YamlScalarNode(field), out var child) ? child : null;
}

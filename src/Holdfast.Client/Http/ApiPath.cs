using System.Globalization;
using System.Text;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Http;

/// <summary>Where requests go: paths and query parameters of the Kubernetes API.</summary>
public static class ApiPath
{
    /// <summary>Path and query of a request for one object.</summary>
    /// <param name="call">The request.</param>
    public static string Of(ApiCall call)
    {
        var path = Collection(call.Type, call.Namespace);
        if (call.Name.Length > 0)
            path.Append('/').Append(Uri.EscapeDataString(call.Name));
        if (call.Subresource.Length > 0)
            path.Append('/').Append(call.Subresource);
        var hasQuery = false;
        if (call.IsDryRun)
            Add(path, ref hasQuery, "dryRun", "All");
        if (call.Verb is ApiVerb.Create or ApiVerb.Update or ApiVerb.Patch)
            Add(path, ref hasQuery, "fieldManager", call.FieldManager);
        if (call is { Verb: ApiVerb.Patch, PatchForm: PatchForm.Apply, Force: true })
            Add(path, ref hasQuery, "force", "true");
        return path.ToString();
    }

    /// <summary>Path and query of a listing.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="query">Which objects.</param>
    public static string OfList(ResourceType type, ListQuery query)
    {
        var path = Collection(type, query.Namespace);
        var hasQuery = false;
        AddSelectors(path, ref hasQuery, query);
        if (query.Limit > 0)
            Add(path, ref hasQuery, "limit", query.Limit.ToString(CultureInfo.InvariantCulture));
        Add(path, ref hasQuery, "continue", query.Continue);
        Add(path, ref hasQuery, "resourceVersion", query.Continue.Length > 0 ? "" : query.ResourceVersion);
        return path.ToString();
    }

    /// <summary>Path and query of a watch.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="query">Which objects, and from which revision.</param>
    /// <param name="timeout">When the server is to end the watch.</param>
    public static string OfWatch(ResourceType type, ListQuery query, TimeSpan timeout)
    {
        var path = Collection(type, query.Namespace);
        var hasQuery = false;
        Add(path, ref hasQuery, "watch", "true");
        Add(path, ref hasQuery, "allowWatchBookmarks", "true");
        AddSelectors(path, ref hasQuery, query);
        Add(path, ref hasQuery, "resourceVersion", query.ResourceVersion);
        if (query.SendInitialEvents)
        {
            Add(path, ref hasQuery, "sendInitialEvents", "true");
            Add(path, ref hasQuery, "resourceVersionMatch", "NotOlderThan");
        }
        Add(path, ref hasQuery, "timeoutSeconds", ((int)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return path.ToString();
    }

    private static StringBuilder Collection(ResourceType type, string namespaceName)
    {
        var path = new StringBuilder(type.Group.Length == 0 ? "api/" : "apis/").Append(type.ApiVersion);
        if (type.IsNamespaced && namespaceName.Length > 0)
            path.Append("/namespaces/").Append(Uri.EscapeDataString(namespaceName));
        return path.Append('/').Append(type.Plural);
    }

    private static void AddSelectors(StringBuilder path, ref bool hasQuery, ListQuery query)
    {
        Add(path, ref hasQuery, "labelSelector", query.LabelSelector);
        Add(path, ref hasQuery, "fieldSelector", query.FieldSelector);
    }

    private static void Add(StringBuilder path, ref bool hasQuery, string name, string value)
    {
        if (value.Length == 0)
            return;
        path.Append(hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        hasQuery = true;
    }
}

using Holdfast.ApiServer;
using Holdfast.ApiServer.OpenApi;
using Holdfast.ApiServer.Tables;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Resources;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>What the API server is made with in this program.</summary>
internal static class ClusterWiring
{
    internal static ApiServerOptions ApiOptions(string dataFolder, ResourceStore store, ILogSink log) => new(dataFolder, store)
    {
        Tables = new TableConverter(),
        OpenApi = served => new OpenApiDocuments(served),
        OnFault = error => log.Write(new LogEntry(LogSeverity.Error, "API server", "a request failed for a reason of the server's own", error)),
    };

    /// <summary>
    /// The kinds of the Model whose objects are kept, and so can be watched, owned and left behind. Those of definitions come and go: controllers
    /// follow the definitions for them, and a kept data folder brings some from the start.
    /// </summary>
    internal static IReadOnlyList<ResourceCodec> WatchedKinds(ApiServerHost api) =>
        [.. api.Core.Served.All.Where(served => served.Verbs.Contains("watch") && !served.IsAlwaysEmpty && served.Codec is not CustomResourceCodec).Select(served => served.Codec)];
}

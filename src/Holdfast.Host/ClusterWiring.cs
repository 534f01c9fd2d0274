using Holdfast.ApiServer;
using Holdfast.ApiServer.Tables;
using Holdfast.Platform;
using Holdfast.Store;

namespace Holdfast.Host;

/// <summary>What the API server is made with in this program.</summary>
internal static class ClusterWiring
{
    internal static ApiServerOptions ApiOptions(string dataFolder, ResourceStore store, ILogSink log) => new(dataFolder, store)
    {
        Tables = new TableConverter(),
        OnFault = error => log.Write(new LogEntry(LogSeverity.Error, "API server", "a request failed for a reason of the server's own", error)),
    };
}

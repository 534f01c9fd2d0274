using System.Net;
using Holdfast.Node.Process.Images;

namespace Holdfast.Host;

/// <summary>The images of the cluster of a data folder.</summary>
public static class ClusterImages
{
    /// <summary>Opens the images of a cluster, which need not run.</summary>
    /// <param name="dataFolder">The cluster's data folder.</param>
    /// <param name="ledgerStoreFolder">Where the built-in LedgerStore is; null to look beside this program.</param>
    /// <param name="dns">The cluster's DNS server, for images whose programs ask it themselves.</param>
    public static LocalImageStore Open(string dataFolder, string? ledgerStoreFolder = null, IPEndPoint? dns = null) =>
        new(Path.Combine(dataFolder, "images"), BuiltInImages.Find(ledgerStoreFolder, dns));
}

using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Network.Dns.Server;

/// <summary>The host's list of resolvers, as in <c>resolv.conf(5)</c>.</summary>
public static class ResolverFile
{
    /// <summary>The most resolvers that the C library uses, and so do we.</summary>
    public const int MaxResolvers = 3;

    /// <summary>Reads the resolvers.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="own">Our own address, which is left out: asking ourselves would never end.</param>
    /// <returns>At most three resolvers, on port 53; lines that name none are passed over.</returns>
    public static ImmutableArray<IPEndPoint> Parse(string text, IPAddress? own)
    {
        var resolvers = from line in text.Split('\n')
                        let words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
                        where words is ["nameserver", _, ..]
                        let address = IPAddress.TryParse(words[1], out var parsed) ? parsed : null
                        where address is not null && !address.Equals(own)
                        select new IPEndPoint(address, 53);
        return [.. resolvers.Take(MaxResolvers)];
    }

    /// <summary>Reads the host's own file.</summary>
    /// <param name="path">Where it is, usually <c>/etc/resolv.conf</c>.</param>
    /// <param name="own">Our own address, which is left out.</param>
    /// <returns>The resolvers; none when the file cannot be read.</returns>
    public static ImmutableArray<IPEndPoint> Read(string path, IPAddress? own)
    {
        try
        {
            return Parse(File.ReadAllText(path), own);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

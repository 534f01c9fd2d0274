using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Writes the files that a pod's containers share.</summary>
internal static class SandboxFiles
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static SandboxRecord Write(PodFolder folder, PodSandboxSpec spec, PodSandbox sandbox)
    {
        PrivateFile.CreateFolder(folder.Path);
        PrivateFile.Write(folder.Hostname, spec.Hostname + "\n", ReadableByAll);
        PrivateFile.Write(folder.Hosts, Hosts(spec, sandbox.Address), ReadableByAll);
        if (spec.Dns is { } dns) PrivateFile.Write(folder.ResolvConf, ResolvConf(dns), ReadableByAll);
        SandboxRecord record = new(sandbox, spec.Hostname, Path.GetFullPath(spec.LogDirectory), spec.Dns is not null);
        // Last: a folder without it is no pod.
        PrivateFile.Write(folder.Record, JsonSerializer.Serialize(record, ProcessJson.Default.SandboxRecord));
        return record;
    }

    private static string Hosts(PodSandboxSpec spec, string address)
    {
        StringBuilder text = new("127.0.0.1\tlocalhost\n::1\tlocalhost\n");
        string own = spec.FullyQualifiedName is { } full ? $"{full}\t{spec.Hostname}" : spec.Hostname;
        text.Append(CultureInfo.InvariantCulture, $"{address}\t{own}\n");
        foreach (HostAlias alias in spec.HostAliases)
            text.Append(CultureInfo.InvariantCulture, $"{alias.Address}\t{string.Join('\t', alias.Hostnames)}\n");
        return text.ToString();
    }

    private static string ResolvConf(DnsSettings dns)
    {
        StringBuilder text = new();
        foreach (string server in dns.Nameservers) text.Append(CultureInfo.InvariantCulture, $"nameserver {server}\n");
        if (dns.Searches.Count > 0) text.Append(CultureInfo.InvariantCulture, $"search {string.Join(' ', dns.Searches)}\n");
        if (dns.Options.Count > 0) text.Append(CultureInfo.InvariantCulture, $"options {string.Join(' ', dns.Options)}\n");
        return text.ToString();
    }
}

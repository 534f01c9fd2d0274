namespace Holdfast.Node.Process.Supervision;

/// <summary>The files of one pod.</summary>
/// <param name="path">The folder, named by the pod's uid.</param>
internal sealed class PodFolder(string path)
{
    public string Path { get; } = path;

    /// <summary>The <see cref="SandboxRecord"/>.</summary>
    public string Record => In("sandbox.json");

    /// <summary>Shown as <c>/etc/hosts</c>.</summary>
    public string Hosts => In("hosts");

    /// <summary>Shown as <c>/etc/hostname</c>.</summary>
    public string Hostname => In("hostname");

    /// <summary>Shown as <c>/etc/resolv.conf</c>, when the pod has settings of its own.</summary>
    public string ResolvConf => In("resolv.conf");

    /// <summary>A folder for each container, and in it one for each attempt.</summary>
    public string Containers => In("containers");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

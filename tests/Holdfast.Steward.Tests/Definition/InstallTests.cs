namespace Holdfast.Steward.Tests.Definition;

/// <summary>What people apply to a Kubernetes of their own is what the program brings along itself, and the Deployment.</summary>
public sealed class InstallTests
{
    private static readonly string[] Parts = ["steward.yaml", "crds/stewards.holdfast.dev.yaml", "operator.yaml"];

    [Fact]
    public void The_whole_is_its_parts_in_order()
    {
        var parts = string.Join("---\n", Parts.Select(part => File.ReadAllText(Path.Combine(Deploy, part)).TrimEnd('\n') + "\n"));
        var whole = string.Concat(File.ReadLines(Path.Combine(Deploy, "install.yaml")).Skip(2).Select(line => line + "\n"));
        Assert.True(parts == whole, "deploy/install.yaml is not its two first lines with steward.yaml, crds/stewards.holdfast.dev.yaml and operator.yaml after them, parted by ---: make it anew");
    }

    private static string Deploy
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!Directory.Exists(Path.Combine(folder.FullName, "deploy", "crds")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("no folder above the tests has deploy/crds");
            }
            return Path.Combine(folder.FullName, "deploy");
        }
    }
}

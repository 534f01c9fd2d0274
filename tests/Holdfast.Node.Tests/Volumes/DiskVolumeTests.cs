using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using Holdfast.Node.Variables;
using Holdfast.Node.Volumes;
using Holdfast.Testing;
using Holdfast.Testing.Api;

namespace Holdfast.Node.Tests.Volumes;

/// <summary>Volumes on a real disk.</summary>
public sealed class DiskVolumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DiskVolumeFiles _files = new();
    private readonly SimulatedWorld _world = new(1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Published_files_change_all_at_once_and_old_ones_go()
    {
        var folder = _folder["config"];
        _files.Publish(folder, [File("a", "1"), File("b/c", "2")], group: null);
        Assert.Equal("1", System.IO.File.ReadAllText(Path.Combine(folder, "a")));
        Assert.Equal("2", System.IO.File.ReadAllText(Path.Combine(folder, "b/c")));
        var before = new FileInfo(Path.Combine(folder, "..data")).LinkTarget;
        _files.Publish(folder, [File("a", "1"), File("b/c", "2")], group: null);
        Assert.Equal(before, new FileInfo(Path.Combine(folder, "..data")).LinkTarget);
        _files.Publish(folder, [File("a", "3")], group: null);
        Assert.Equal("3", System.IO.File.ReadAllText(Path.Combine(folder, "a")));
        Assert.False(Path.Exists(Path.Combine(folder, "b")));
        Assert.Single(Directory.GetDirectories(folder, "..files_*"));
    }

    [Theory]
    [InlineData("data", true)]
    [InlineData("data/new/deep", true)]
    [InlineData("inner/file", true)]
    [InlineData("../other", false)]
    [InlineData("outer/file", false)]
    [InlineData("twice/file", false)]
    public void A_sub_path_stays_inside_its_volume_also_through_links(string path, bool isInside)
    {
        var volume = _folder["volume"];
        Directory.CreateDirectory(Path.Combine(volume, "data"));
        Directory.CreateDirectory(_folder["other"]);
        System.IO.File.CreateSymbolicLink(Path.Combine(volume, "inner"), "data");
        System.IO.File.CreateSymbolicLink(Path.Combine(volume, "outer"), _folder["other"]);
        System.IO.File.CreateSymbolicLink(Path.Combine(volume, "twice"), "outer");
        Assert.Equal(isInside, _files.Inside(volume, path) is not null);
    }

    [Fact]
    public void Removing_a_pods_volumes_follows_no_link()
    {
        Directory.CreateDirectory(_folder["pod"]);
        Directory.CreateDirectory(_folder["kept"]);
        System.IO.File.WriteAllText(_folder["kept/entry"], "x");
        System.IO.File.CreateSymbolicLink(_folder["pod/link"], _folder["kept"]);
        _files.Delete(_folder["pod"]);
        Assert.False(Directory.Exists(_folder["pod"]));
        Assert.True(System.IO.File.Exists(_folder["kept/entry"]));
    }

    [Fact]
    public Task A_claims_folder_is_made_once_keeps_its_data_and_may_be_written_by_the_pods_group() => _world.Run(async () =>
    {
        var path = Bind("data-web-0", "pv-1", claim => claim, volume => volume);
        var volumes = Volumes("node-1");
        var mounted = await volumes.MountAsync(PodWithClaim("data-web-0"), Facts, CancellationToken.None);
        Assert.Equal(path, mounted["data"].HostPath);
        Assert.True(System.IO.File.GetUnixFileMode(path).HasFlag(UnixFileMode.SetGroup | UnixFileMode.GroupWrite));
        System.IO.File.WriteAllText(Path.Combine(path, "ledger"), "kept");
        volumes.Release("uid-1");
        volumes.Forget("uid-1");
        await volumes.MountAsync(PodWithClaim("data-web-0"), Facts, CancellationToken.None);
        Assert.Equal("kept", System.IO.File.ReadAllText(Path.Combine(path, "ledger")));
    });

    [Fact]
    public Task A_volume_of_another_node_is_refused() => RefusedAsync("is on another node", volume: volume => volume with
    {
        Spec = volume.Spec with
        {
            NodeAffinity = VolumeNodeAffinity.Empty with
            {
                Required = NodeSelector.Empty with
                {
                    NodeSelectorTerms = [NodeSelectorTerm.Empty with { MatchExpressions = [NodeSelectorRequirement.Empty with { Key = "kubernetes.io/hostname", Operator = "In", Values = ["node-2"] }] }],
                },
            },
        },
    });

    [Fact]
    public Task A_claim_that_is_being_deleted_is_refused() =>
        RefusedAsync("is being deleted", claim => claim with { Metadata = claim.Metadata with { DeletionTimestamp = _world.Environment.Time.GetUtcNow() } });

    [Fact]
    public Task A_claim_that_is_not_bound_is_refused() =>
        RefusedAsync("is not bound", claim => claim with { Status = claim.Status with { Phase = "Pending" } });

    [Fact]
    public Task A_folder_outside_of_the_data_folder_is_not_made() =>
        RefusedAsync("is not there", volume: volume => volume with { Spec = volume.Spec with { Local = LocalVolumeSource.Empty with { Path = _folder["elsewhere"] } } });

    private PodFacts Facts { get; } = new("", "127.0.0.1", default, null);

    private Task RefusedAsync(string expected, Func<PersistentVolumeClaim, PersistentVolumeClaim>? claim = null, Func<PersistentVolume, PersistentVolume>? volume = null) =>
        _world.Run(async () =>
        {
            Bind("data-web-0", "pv-1", claim ?? (same => same), volume ?? (same => same));
            var error = await Assert.ThrowsAsync<VolumeException>(() => Volumes("node-1").MountAsync(PodWithClaim("data-web-0"), Facts, CancellationToken.None));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["elsewhere"]));
        });

    private PodVolumes Volumes(string node)
    {
        var (client, paths) = (new KubernetesClient(_world.Api, "kubelet"), new NodePaths(_folder.Path, node));
        var claims = new ClaimVolumes(client, paths, _files, ValueMap.Of(("kubernetes.io/hostname", node)));
        return new PodVolumes(paths, _files, claims, new VolumePayloads(client, new ApiServiceAccountTokens(client, TimeProvider.System), (_, _) => { }));
    }

    private string Bind(string claim, string volume, Func<PersistentVolumeClaim, PersistentVolumeClaim> changeClaim, Func<PersistentVolume, PersistentVolume> changeVolume)
    {
        var path = _folder[$"volumes/{volume}"];
        _world.Api.Put(changeClaim(new PersistentVolumeClaim
        {
            Metadata = ObjectMeta.Empty with { Namespace = "default", Name = claim },
            Spec = PersistentVolumeClaimSpec.Empty with { VolumeName = volume },
            Status = PersistentVolumeClaimStatus.Empty with { Phase = "Bound" },
        }));
        _world.Api.Put(changeVolume(new PersistentVolume
        {
            Metadata = ObjectMeta.Empty with { Name = volume },
            Spec = PersistentVolumeSpec.Empty with { Local = LocalVolumeSource.Empty with { Path = path } },
        }));
        return path;
    }

    private static Pod PodWithClaim(string claim)
    {
        var pod = Pods.Named("web-0");
        return pod with
        {
            Metadata = pod.Metadata with { Uid = "uid-1" },
            Spec = pod.Spec with
            {
                SecurityContext = PodSecurityContext.Empty with { FsGroup = 10001, RunAsUser = 10001 },
                Volumes = [Volume.Empty with { Name = "data", PersistentVolumeClaim = PersistentVolumeClaimVolumeSource.Empty with { ClaimName = claim } }],
            },
        };
    }

    private static VolumeFile File(string path, string text) => new(path, Encoding.UTF8.GetBytes(text), 0b110_100_100);
}

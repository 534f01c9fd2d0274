using Holdfast.EndToEnd.Programs;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>What must be proven before something is taken away for good: a backup, a snapshot, and that the set can give up the member that is chosen.</summary>
public sealed class RemovalTests(StewardCluster cluster) : IClassFixture<StewardCluster>
{
    private const string Stalled = ".status.conditions[?(@.type==\"Stalled\")].reason";

    // As the snapshot controller's project has it, as far as the Steward looks; no driver is there, and the test is one.
    private const string Snapshots = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: volumesnapshots.snapshot.storage.k8s.io
          annotations: {api-approved.kubernetes.io: "https://github.com/kubernetes-csi/external-snapshotter/pull/814"}
        spec:
          group: snapshot.storage.k8s.io
          scope: Namespaced
          names: {kind: VolumeSnapshot, listKind: VolumeSnapshotList, plural: volumesnapshots, singular: volumesnapshot}
          versions:
            - name: v1
              served: true
              storage: true
              subresources: {status: {}}
              schema:
                openAPIV3Schema:
                  type: object
                  required: [spec]
                  properties:
                    spec:
                      type: object
                      required: [source]
                      properties:
                        volumeSnapshotClassName: {type: string}
                        source: {type: object, properties: {persistentVolumeClaimName: {type: string}}}
                    status:
                      type: object
                      properties:
                        readyToUse: {type: boolean}
                        error: {type: object, properties: {message: {type: string}}}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task An_update_waits_for_a_backup_that_is_proven()
    {
        await cluster.ReadyAsync();
        await PatchAsync("""{"spec":{"rollout":{"preflight":{"backupWithin":"1h"}}}}""");
        var pods = await PodsAsync();
        await Kubectl.SaysAsync("set", "image", "statefulset/ledger-store", "app=example/ledger-store:2.9.0");
        await BecomesAsync("the rollout waits for a backup", ".status.rollout.message", "no backup is proven, and rollout.preflight.backupWithin is 1h: no member tells when the last one was made (field lastBackupAt)");
        Assert.Equal("Waiting|Unknown", await cluster.FieldAsync(".status.rollout.phase") + "|" + await cluster.FieldAsync(".status.conditions[?(@.type==\"BackupFresh\")].status"));
        Assert.Equal(pods, await PodsAsync());

        await Kubectl.SaysAsync("exec", "ledger-store-1", "--", "/opt/holdfast/files/ledgerctl", "backup", "/var/lib/ledger-store/ledger.backup");
        await BecomesAsync("the rollout is completed", ".status.rollout.phase", "Completed");
        Assert.NotEqual("", await cluster.FieldAsync(".status.rollout.backupAt"));
        Assert.Equal("True", await cluster.FieldAsync(".status.conditions[?(@.type==\"BackupFresh\")].status"));
        await PatchAsync("""{"spec":{"rollout":{"preflight":null}}}""");
        await cluster.ReadyAsync();
    }

    [Fact]
    public async Task A_claim_goes_only_after_its_snapshot_is_ready_and_the_lowest_member_only_where_the_set_can_give_it_up()
    {
        await cluster.ReadyAsync();
        await PatchAsync("""{"spec":{"replicas":5}}""");
        await VotersAsync("5/5");

        await PatchAsync("""{"spec":{"replicas":4,"scaling":{"claims":"Snapshot"}}}""");
        await BecomesAsync("nothing is removed while snapshots are not served", Stalled, "ClaimsNotKept");
        Assert.Contains("does not serve VolumeSnapshots (snapshot.storage.k8s.io/v1)", await cluster.FieldAsync(".status.conditions[?(@.type==\"Stalled\")].message"), StringComparison.Ordinal);
        Assert.Equal((5, 5), ((await cluster.SetAsync()).Spec.Replicas, (await ClaimsAsync()).Length));
        Assert.Equal("5/5", await cluster.FieldAsync(".status.quorum.text"));

        (await Kubectl.ApplyAsync(Snapshots)).Succeeded();
        await SnapshotAsync("ledger-store-4", "4/4");

        await PatchAsync("""{"spec":{"replicas":3,"scaling":{"removeFirst":["ledger-store-0"]}}}""");
        await BecomesAsync("the lowest cannot go", Stalled, "OrdinalNotRemovable");
        Assert.Equal("4/4", await cluster.FieldAsync(".status.quorum.text"));
        await Kubectl.SaysAsync("patch", "statefulset", "ledger-store", "-n", "default", "--type=merge", "-p", """{"spec":{"ordinals":{"start":0}}}""");
        await SnapshotAsync("ledger-store-0", "3/3");
        var set = await cluster.SetAsync();
        Assert.Equal((1, 3), (set.Spec.Ordinals?.Start, set.Spec.Replicas));
        Assert.Equal("ledger-store-1 ledger-store-2 ledger-store-3", await cluster.FieldAsync(".status.members[*].name"));

        var held = await Kubectl.RunAsync("patch", "statefulset", "ledger-store", "--type=merge", "-p", """{"spec":{"ordinals":{"start":2}}}""");
        Assert.Contains("keeps 1 for its first ordinal", held.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await cluster.SetAsync()).Spec.Ordinals?.Start);
    }

    /// <summary>A member goes; its claim is there until the test, for a driver, says that its snapshot is ready.</summary>
    private async Task SnapshotAsync(string member, string voters)
    {
        var claim = $"data-{member}";
        var snapshot = "";
        await Eventually.HoldsAsync($"a snapshot of {claim} is asked for", async () =>
            (snapshot = await Kubectl.SaysAsync("get", "volumesnapshots", "-o", $"jsonpath={{.items[?(@.spec.source.persistentVolumeClaimName==\"{claim}\")].metadata.name}}")).Length > 0, Patience.Rollout, Stop);
        await Kubectl.SaysAsync("patch", "volumesnapshot", snapshot, "--subresource=status", "--type=merge", "-p", """{"status":{"readyToUse":false,"error":{"message":"the driver is busy"}}}""");
        await BecomesAsync("it is waited for", ".status.conditions[?(@.type==\"Reconciling\")].reason", "ScaleDown");
        Assert.Equal("Claims", await cluster.FieldAsync(".status.operation.phase"));
        Assert.Contains(claim, await ClaimsAsync());
        await Kubectl.SaysAsync("patch", "volumesnapshot", snapshot, "--subresource=status", "--type=merge", "-p", """{"status":{"readyToUse":true,"error":null}}""");
        await Eventually.HoldsAsync($"{claim} is gone", async () => !(await ClaimsAsync()).Contains(claim), Patience.Rollout, Stop);
        await VotersAsync(voters);
    }

    private Task VotersAsync(string voters) => Eventually.HoldsAsync($"{voters} are well", async () =>
        await cluster.FieldAsync(".status.quorum.text") == voters && await cluster.FieldAsync(".status.conditions[?(@.type==\"Ready\")].status") == "True", Patience.Rollout, Stop);

    private Task BecomesAsync(string what, string path, string value) =>
        Eventually.HoldsAsync(what, async () => await cluster.FieldAsync(path) == value, Patience.Rollout, Stop);

    private Task<string> PatchAsync(string patch) => Kubectl.SaysAsync("patch", "steward", "ledger-store", "--type=merge", "-p", patch);

    private async Task<string[]> ClaimsAsync() => (await Kubectl.SaysAsync("get", "pvc", "-o", "jsonpath={.items[*].metadata.name}")).Split(' ');

    private Task<string> PodsAsync() => Kubectl.SaysAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
}

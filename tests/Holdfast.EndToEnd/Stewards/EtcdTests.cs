using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Stewards;

/// <summary>A cluster of its own that runs the example with Debian's etcd under a Steward.</summary>
public sealed class EtcdCluster : ClusterFixture
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists("/usr/bin/etcd") && File.Exists("/usr/bin/curl"), "etcd or curl is missing: apt-get install etcd-server curl; ./test installs them where it may");
        await base.InitializeAsync();
        await Kubectl.SaysAsync("apply", "-f", Path.Combine(Path.GetDirectoryName(Manifests.LedgerExample)!, "steward", "etcd.yaml"));
        await Kubectl.SaysAsync("patch", "steward", "etcd", "--type=merge", "-p", "{\"spec\":{\"rollout\":{\"soak\":\"1s\"}}}");
        await ReadyAsync(3);
    }

    internal Task ReadyAsync(int members) => Eventually.HoldsAsync($"the Steward of etcd is ready with {members} members", async () =>
        await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}{.status.quorum.text}") == $"True{members}/{members}",
        Patience.Rollout, Stop);
}

/// <summary>The Steward on etcd, with writes running.</summary>
public sealed class EtcdTests(EtcdCluster cluster) : IClassFixture<EtcdCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task Members_are_updated_one_by_one_and_nothing_is_lost()
    {
        await cluster.ReadyAsync(3);
        await using var writer = new PuttingWriter(cluster.Cluster.Client);
        var before = await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.rollout.startedAt}");
        await Kubectl.SaysAsync("patch", "statefulset", "etcd", "--type=merge", "-p", "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"updated\":\"" + TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture) + "\"}}}}}");
        await Eventually.HoldsAsync("the rollout is completed", async () =>
            await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.rollout.phase}") == "Completed"
            && await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.rollout.startedAt}") != before, Patience.Rollout, Stop);
        await cluster.ReadyAsync(3);
        await writer.NothingIsLostAsync();
    }

    [Fact]
    public async Task Learners_are_added_and_promoted_and_members_removed_before_their_pods_go()
    {
        await cluster.ReadyAsync(3);
        await using var writer = new PuttingWriter(cluster.Cluster.Client);
        await Kubectl.SaysAsync("scale", "steward/etcd", "--replicas=5");
        await cluster.ReadyAsync(5);
        await Kubectl.SaysAsync("scale", "steward/etcd", "--replicas=3");
        await cluster.ReadyAsync(3);
        await writer.NothingIsLostAsync();
    }

    [Fact]
    public async Task Nodes_are_drained_and_nothing_is_lost()
    {
        await cluster.ReadyAsync(3);
        await using var writer = new PuttingWriter(cluster.Cluster.Client);
        foreach (var node in new[] { "node-1", "node-2", "node-3" })
        {
            await Kubectl.SaysAsync("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=170s");
            await Kubectl.SaysAsync("uncordon", node);
            await cluster.ReadyAsync(3);
        }
        await writer.NothingIsLostAsync();
    }

    [Fact]
    public async Task An_empty_disk_does_not_come_back_as_the_member_that_it_was()
    {
        await cluster.ReadyAsync(3);
        await using var writer = new PuttingWriter(cluster.Cluster.Client);
        var id = await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.members[2].memberId}");
        await Kubectl.SaysAsync("delete", "pvc", "data-etcd-2", "--wait=false");
        await Eventually.HoldsAsync("it may go", async () => (await Kubectl.RunAsync("delete", "pod", "etcd-2")).ExitCode == 0, Patience.Usual, Stop);
        await Eventually.HoldsAsync("it waits for another membership", async () => (await Kubectl.RunAsync("logs", "etcd-2")).Output.Contains("I wait until that one is removed", StringComparison.Ordinal), Patience.Usual, Stop);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var address = (await cluster.Cluster.Client.GetAsync<Pod>("default", "etcd-0", Stop)).Status.PodIP;
        using (var removed = await http.PostAsJsonAsync(new Uri($"http://{address}:2379/v3/cluster/member/remove"), new Dictionary<string, string> { ["ID"] = id }, Stop))
        {
            removed.EnsureSuccessStatusCode();
        }
        await cluster.ReadyAsync(3);
        Assert.NotEqual(id, await Kubectl.SaysAsync("get", "steward", "etcd", "-o", "jsonpath={.status.members[2].memberId}"));
        await writer.NothingIsLostAsync();
    }

    /// <summary>Puts one key after the other through any member, each again until it is acknowledged.</summary>
    private sealed class PuttingWriter : IAsyncDisposable
    {
        private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
        private readonly CancellationTokenSource _stop = new();
        private readonly KubernetesClient _client;
        private readonly string _prefix = TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        private readonly List<string> _acknowledged = [];
        private readonly Task _running;
        private TimeSpan _longest;
        private int _next;

        public PuttingWriter(KubernetesClient client)
        {
            _client = client;
            _running = RunAsync();
        }

        public async Task NothingIsLostAsync()
        {
            await _stop.CancelAsync();
            await _running;
            Assert.True(_acknowledged.Count > 50, $"{_acknowledged.Count} keys were acknowledged");
            var lost = new List<string>();
            foreach (var key in _acknowledged)
            {
                if (await AskAsync("/v3/kv/range", new { key }) is not { } answer || !answer.TryGetProperty("count", out _))
                    lost.Add(key);
            }
            Assert.Empty(lost);
            Assert.True(_longest < TimeSpan.FromSeconds(5), $"a key took {_longest}");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _http.Dispose();
            _stop.Dispose();
        }

        private async Task RunAsync()
        {
            for (var number = 1; !_stop.IsCancellationRequested; number++)
            {
                var (key, begun) = (Convert.ToBase64String(Encoding.ASCII.GetBytes($"{_prefix}/{number}")), Stopwatch.GetTimestamp());
                while (await AskAsync("/v3/kv/put", new { key, value = key }) is null)
                {
                    if (_stop.IsCancellationRequested && Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(10))
                        return;
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                }
                _acknowledged.Add(key);
                var took = Stopwatch.GetElapsedTime(begun);
                _longest = took > _longest ? took : _longest;
            }
        }

        private async Task<JsonElement?> AskAsync(string path, object body)
        {
            try
            {
                var pods = await _client.ListAsync<Pod>(new ListQuery { Namespace = "default", LabelSelector = "app.kubernetes.io/name=etcd" }, CancellationToken.None);
                var addresses = pods.Items.Where(pod => pod.Status.PodIP.Length > 0 && pod.Metadata.DeletionTimestamp is null).Select(pod => pod.Status.PodIP).ToArray();
                if (addresses.Length == 0)
                    return null;
                using var answer = await _http.PostAsJsonAsync(new Uri($"http://{addresses[_next++ % addresses.Length]}:2379{path}"), body);
                return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or JsonException or ApiException)
            {
                // It is away; the next one is asked.
                return null;
            }
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.EndToEnd.Programs;
using Holdfast.Model.Core;
using Holdfast.Network.Dns;

namespace Holdfast.EndToEnd;

/// <summary>The example ledger on pods that are processes, seen through the real kubectl, DNS and the ledger's own API.</summary>
public sealed class LedgerTests(LedgerCluster cluster) : IClassFixture<LedgerCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Kubectl Kubectl => cluster.Kubectl;

    [Fact]
    public async Task Get_shows_the_tables_of_Kubernetes()
    {
        Assert.Matches(@"^NAME +READY +STATUS +RESTARTS +AGE\n(ledger-store-\d +1/1 +Running +\d.*\n){3}$", await Kubectl.SaysAsync("get", "pods"));
        Assert.Matches(@"^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n(\S+ .* 127\.\d+\.\d+\.\d+ +node-\d .*\n){3}$", await Kubectl.SaysAsync("get", "pods", "-o", "wide"));
        Assert.Matches(@"^NAME +READY +AGE\nledger-store +3/3 +\S+\n$", await Kubectl.SaysAsync("get", "statefulsets"));
        Assert.Matches(@"^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nledger-store +ClusterIP +None +<none> +8080/TCP ", await Kubectl.SaysAsync("get", "service", "ledger-store"));
        Assert.Matches(@"^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS .*\n(data-ledger-store-\d +Bound +pvc-\S+ +200Gi +RWO +prod-standard-retain .*\n){3}$", await Kubectl.SaysAsync("get", "pvc"));
        Assert.Matches(@"^NAME +CAPACITY +ACCESS MODES +RECLAIM POLICY +STATUS +CLAIM .*\n(pvc-\S+ +200Gi +RWO +Retain +Bound +\S+/data-ledger-store-\d .*\n){3,}$", await Kubectl.SaysAsync("get", "pv"));
        Assert.Matches(@"^NAME +STATUS +ROLES +AGE +VERSION\n(node-\d +Ready +<none> .* v1\.36\S*\n){3}$", await Kubectl.SaysAsync("get", "nodes"));
        Assert.Matches(@"^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nledger-store-pdb +N/A +1 +1 ", await Kubectl.SaysAsync("get", "pdb"));
        Assert.Matches(@"^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\nledger-store-\S+ +IPv4 +8080 +127\.\S+ ", await Kubectl.SaysAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=ledger-store"));
    }

    [Fact]
    public async Task Get_answers_in_every_form_that_is_asked_for()
    {
        Assert.Equal("pod/ledger-store-0\npod/ledger-store-1\npod/ledger-store-2\n", await Kubectl.SaysAsync("get", "pods", "-o", "name"));
        Assert.Equal("example/ledger-store:2.8.1", await Kubectl.SaysAsync("get", "statefulset", "ledger-store", "-o", "jsonpath={.spec.template.spec.containers[0].image}"));
        Assert.Contains("\n  storageClassName: prod-standard-retain\n", await Kubectl.SaysAsync("get", "pvc", "data-ledger-store-0", "-o", "yaml"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await Kubectl.SaysAsync("get", "pods", "-o", "json"));
        Assert.Equal(["ledger-store-0", "ledger-store-1", "ledger-store-2"], json.RootElement.GetProperty("items").EnumerateArray().Select(pod => pod.GetProperty("spec").GetProperty("hostname").GetString()));
        Assert.Matches(@"ledger-store-1 .*statefulset\.kubernetes\.io/pod-name=ledger-store-1", await Kubectl.SaysAsync("get", "pods", "--show-labels"));
        Assert.Equal("pod/ledger-store-2\n", await Kubectl.SaysAsync("get", "pods", "-l", "apps.kubernetes.io/pod-index=2", "-o", "name"));
        Assert.Equal("", await Kubectl.SaysAsync("get", "pods", "-l", "app.kubernetes.io/name!=ledger-store", "-o", "name"));
        Assert.Matches(@"(?m)^NAMESPACE +NAME .*\ndefault +ledger-store-0 ", await Kubectl.SaysAsync("get", "pods", "-A"));
    }

    [Theory]
    [InlineData("pod/ledger-store-1", "Controlled By:  StatefulSet/ledger-store", "Readiness:  +http-get http://:client/ready", "ClaimName:  data-ledger-store-1", "Normal +Started")]
    [InlineData("statefulset/ledger-store", "Replicas: +3 desired \\| 3 total", "Pods Status: +3 Running / 0 Waiting", "StorageClass: +prod-standard-retain", "SuccessfulCreate")]
    [InlineData("service/ledger-store", "IP: +None", "TargetPort: +8080/TCP", "Endpoints: +127\\.\\d+\\.\\d+\\.\\d+:8080,")]
    [InlineData("pvc/data-ledger-store-0", "Status: +Bound", "Capacity: +200Gi", "Used By: +ledger-store-0")]
    [InlineData("node/node-1", "topology.kubernetes.io/zone=a", "Ready +True", "Non-terminated Pods:", "Lease:")]
    public async Task Describe_tells_what_there_is_to_know(string what, params string[] expected)
    {
        var said = await Kubectl.SaysAsync("describe", what);
        Assert.All(expected, pattern => Assert.Matches(pattern, said));
    }

    [Fact]
    public async Task Rollout_status_says_that_the_set_is_complete() =>
        Assert.Matches("(roll out|rolling update) complete", await Kubectl.SaysAsync("rollout", "status", "statefulset/ledger-store"));

    [Fact]
    public async Task Logs_are_what_the_ledger_wrote() =>
        Assert.Contains("8080", await Kubectl.SaysAsync("logs", "ledger-store-0"), StringComparison.Ordinal);

    [Fact]
    public async Task Members_run_as_the_user_that_they_ask_for()
    {
        // Without root a pod has its user only inside its own namespace: it tells itself there, and the owner of the process is this user.
        var expected = Environment.IsPrivilegedProcess ? 10001 : PodProcesses.UserOf(Environment.ProcessId);
        var pod = await PodAsync(0);
        Assert.Equal(expected, PodProcesses.UserOf(Assert.Single(PodProcesses.At(pod.Status.PodIP, "ledger-store.dll"))));
    }

    [Fact]
    public async Task DNS_gives_each_member_its_address_and_the_service_all_of_them()
    {
        var addresses = new List<IPAddress>();
        for (var ordinal = 0; ordinal < 3; ordinal++)
        {
            var address = IPAddress.Parse((await PodAsync(ordinal)).Status.PodIP);
            Assert.Equal([address], await DnsLookup.AddressesAsync(cluster.Cluster.Dns, $"ledger-store-{ordinal}.ledger-store.default.svc.cluster.local", Stop));
            addresses.Add(address);
        }
        Assert.Equal(
            addresses.Select(address => address.ToString()).Order(StringComparer.Ordinal),
            (await DnsLookup.AddressesAsync(cluster.Cluster.Dns, "ledger-store.default.svc.cluster.local", Stop)).Select(address => address.ToString()));
        Assert.Empty(await DnsLookup.AddressesAsync(cluster.Cluster.Dns, "ledger-store-9.ledger-store.default.svc.cluster.local", Stop));
    }

    [Fact]
    public async Task DNS_names_port_and_members_of_the_service()
    {
        var found = await ServiceQuery.AskAsync(cluster.Cluster.Dns, "_client._tcp.ledger-store.default.svc.cluster.local", Stop);
        Assert.Equal(
            [(8080, "ledger-store-0.ledger-store.default.svc.cluster.local"), (8080, "ledger-store-1.ledger-store.default.svc.cluster.local"), (8080, "ledger-store-2.ledger-store.default.svc.cluster.local")],
            found.OrderBy(one => one.Target, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deleted_member_comes_back_with_its_name_claim_and_entries()
    {
        var before = await PodAsync(1);
        var volume = await VolumeAsync(1);
        var index = await AppendAsync(before, "kept over the loss of a pod");
        Assert.Equal("pod \"ledger-store-1\" deleted\n", await Kubectl.SaysAsync("delete", "pod", "ledger-store-1"));
        var after = await cluster.PodAsync("default", "ledger-store-1", "is back", pod => pod.Metadata.Uid != before.Metadata.Uid && ClusterFixture.IsReady(pod));
        Assert.Equal(volume, await VolumeAsync(1));
        Assert.Equal("kept over the loss of a pod", await ReadAsync(after, index));
        await ClusterFixture.HoldsAsync("the name has the new address", async () =>
            (await DnsLookup.AddressesAsync(cluster.Cluster.Dns, "ledger-store-1.ledger-store.default.svc.cluster.local", Stop)).SequenceEqual([IPAddress.Parse(after.Status.PodIP)]));
    }

    [Fact]
    public async Task A_set_is_updated_to_the_next_version_and_keeps_its_entries()
    {
        var space = await cluster.NamespaceAsync();
        var manifest = (await File.ReadAllTextAsync(Path.Combine(Manifests.LedgerExample, "ledger-store.yaml"), Stop)).Replace("replicas: 3", "replicas: 2", StringComparison.Ordinal).Replace("value: \"3\"", "value: \"2\"", StringComparison.Ordinal);
        (await Kubectl.ApplyAsync(manifest, "-n", space)).Succeeded();
        await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/ledger-store", "--timeout=180s");
        var before = await cluster.ReadyAsync(space, "ledger-store-1");
        var index = await AppendAsync(before, "written by 2.8.1");

        Assert.Equal("statefulset.apps/ledger-store image updated\n", await Kubectl.SaysAsync("-n", space, "set", "image", "statefulset/ledger-store", "app=example/ledger-store:2.9.0"));
        Assert.Contains("complete", await Kubectl.SaysAsync("-n", space, "rollout", "status", "statefulset/ledger-store", "--timeout=180s"), StringComparison.Ordinal);

        var after = await cluster.ReadyAsync(space, "ledger-store-1");
        Assert.NotEqual(before.Metadata.Uid, after.Metadata.Uid);
        Assert.Equal("2.9.0", (await JsonAsync(after, "status")).GetProperty("version").GetString());
        Assert.Equal("written by 2.8.1", await ReadAsync(after, index));
        await Kubectl.SaysAsync("-n", space, "delete", "statefulset,service", "--all");
        await ClusterFixture.HoldsAsync("its pods are gone", async () => await Kubectl.SaysAsync("-n", space, "get", "pods", "-o", "name") == "");
        Assert.Equal("persistentvolumeclaim/data-ledger-store-0\npersistentvolumeclaim/data-ledger-store-1\n", await Kubectl.SaysAsync("-n", space, "get", "pvc", "-o", "name"));
    }

    private Task<Pod> PodAsync(int ordinal) => cluster.ReadyAsync("default", $"ledger-store-{ordinal}");

    private async Task<string> VolumeAsync(int ordinal) =>
        (await cluster.Cluster.Client.GetAsync<PersistentVolumeClaim>("default", $"data-ledger-store-{ordinal}", Stop)).Spec.VolumeName;

    private static async Task<long> AppendAsync(Pod pod, string entry)
    {
        using var http = new HttpClient();
        using var content = new StringContent(entry);
        using var answer = await http.PostAsync(Address(pod, "v1/entries"), content, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("index").GetInt64();
    }

    // A member that has just lost its leader says 503 and knows the next one a moment later.
    private static async Task<string?> ReadAsync(Pod pod, long index)
    {
        using var http = new HttpClient();
        string? data = null;
        await ClusterFixture.HoldsAsync($"{pod.Metadata.Name} answers", async () =>
        {
            using var answer = await http.GetAsync(Address(pod, $"v1/entries/{index}"), Stop);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                return false;
            answer.EnsureSuccessStatusCode();
            data = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("data").GetString();
            return true;
        });
        return data;
    }

    private static async Task<JsonElement> JsonAsync(Pod pod, string path)
    {
        using var http = new HttpClient();
        return await http.GetFromJsonAsync<JsonElement>(Address(pod, path), Stop);
    }

    private static Uri Address(Pod pod, string path) => new($"http://{pod.Status.PodIP}:8080/{path}");
}

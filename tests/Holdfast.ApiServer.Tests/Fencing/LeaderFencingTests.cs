using System.Globalization;
using System.Text;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Client.Http;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Coordination;
using Holdfast.Model.Core;
using Holdfast.Model.Policy;
using Key = Holdfast.Client.Caching.ResourceKey;

namespace Holdfast.ApiServer.Tests.Fencing;

/// <summary>T7: a write that depends on a leadership takes place only while that lasts.</summary>
public sealed class LeaderFencingTests(SharedServer shared)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningServer Server => shared.Running;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_every_sort_of_write_a_leaders_takes_place_and_a_deposed_leaders_is_refused(bool isOverHttp)
    {
        using var http = new HttpTransport(Plain(), TimeProvider.System, new HttpTransportOptions());
        var transport = isOverHttp ? http : Server.Host.InProcess(UserInfo.Administrator);
        var lease = await LeaseAsync($"every-{isOverHttp}".ToLowerInvariant(), "a", 3);
        foreach (var (what, prepare, call) in Writes(lease.Name))
        {
            await prepare();
            var deposed = await Assert.ThrowsAsync<ApiException>(() => transport.CallAsync(call with { Fence = new Fence(lease, "a", 2) }, Stop));
            Assert.True(deposed.IsConflict, $"{what}: {deposed.Message}");
            Assert.Contains($"a no longer holds the lease kube-system/{lease.Name} with term 2, so its write was not done", deposed.Message, StringComparison.Ordinal);
            var stranger = await Assert.ThrowsAsync<ApiException>(() => transport.CallAsync(call with { Fence = new Fence(lease, "b", 3) }, Stop));
            Assert.True(stranger.IsConflict, $"{what}: {stranger.Message}");
            await transport.CallAsync(call with { Fence = new Fence(lease, "a", 3) }, Stop);
        }
    }

    [Fact]
    public async Task A_lease_that_is_gone_or_given_back_is_held_by_nobody()
    {
        var lease = await LeaseAsync("given-back", "a", 1);
        var call = new ApiCall(ApiVerb.Create, ConfigMap.ResourceType, "default", "") { Body = Objects.ConfigMap("given-back"), Fence = new Fence(lease, "a", 1) };
        await LeaseAsync("given-back", null, 1);
        Assert.True((await Assert.ThrowsAsync<ApiException>(() => CallAsync(call))).IsConflict);
        await Server.Client.DeleteAsync<Lease>(lease.Namespace, lease.Name, null, Stop);
        Assert.True((await Assert.ThrowsAsync<ApiException>(() => CallAsync(call))).IsConflict);
    }

    [Fact]
    public async Task Renewals_do_not_disturb_a_leaders_writes()
    {
        var lease = await LeaseAsync("renewed", "a", 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var renewing = RenewAsync(lease, stop.Token);
        await Server.Client.CreateAsync(Objects.ConfigMap("renewed"), Stop);
        for (var write = 0; write < 300; write++)
        {
            var found = await Server.Client.GetAsync<ConfigMap>("default", "renewed", Stop);
            var body = found with { Data = found.Data.SetItem("write", write.ToString(CultureInfo.InvariantCulture)) };
            await CallAsync(new ApiCall(ApiVerb.Update, ConfigMap.ResourceType, "default", "renewed") { Body = body, Fence = new Fence(lease, "a", 1) });
        }
        await stop.CancelAsync();
        Assert.True(await renewing > 20);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a/b/-1/c")]
    public async Task A_fence_that_cannot_be_read_is_refused_and_not_passed_over(string value)
    {
        var (code, body) = await Server.SendAsync("POST", "/api/v1/namespaces/default/configmaps",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"unfenced-"}}""", headers: (Fence.Header, value));
        Assert.Equal(400, code);
        Assert.Equal($"the header Holdfast-Fence is \"{value}\", not NAMESPACE/LEASE/TERM/HOLDER", body["message"]!.GetValue<string>());
    }

    /// <summary>One write of each sort, and what has to be there for it.</summary>
    private IEnumerable<(string What, Func<Task> Prepare, ApiCall Call)> Writes(string name)
    {
        var (map, pods) = (ConfigMap.ResourceType, Pod.ResourceType);
        var merge = Encoding.UTF8.GetBytes("""{"data":{"patched":"yes"}}""");
        var apply = Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"applied":"yes"}}""");
        ApiCall Of(ApiVerb verb, string of = "") => new(verb, map, "default", of);
        yield return ("create", () => Task.CompletedTask, Of(ApiVerb.Create) with { Body = Objects.ConfigMap(name) });
        yield return ("update", () => Task.CompletedTask, Of(ApiVerb.Update, name) with { Body = Objects.ConfigMap(name, ("updated", "yes")) });
        yield return ("patch", () => Task.CompletedTask, Of(ApiVerb.Patch, name) with { PatchForm = PatchForm.Merge, Patch = merge });
        yield return ("apply", () => Task.CompletedTask, Of(ApiVerb.Patch, name) with { PatchForm = PatchForm.Apply, Patch = apply });
        yield return ("delete", () => Task.CompletedTask, Of(ApiVerb.Delete, name));
        yield return ("bind", () => PodAsync(name), new ApiCall(ApiVerb.Create, pods, "default", name)
        {
            Subresource = "binding",
            Body = Binding.Empty with { Metadata = Objects.Meta(name), Target = new ObjectReference { Kind = "Node", Name = "n" } },
        });
        yield return ("status", () => Task.CompletedTask, new ApiCall(ApiVerb.Patch, pods, "default", name)
        {
            Subresource = "status",
            PatchForm = PatchForm.Merge,
            Patch = Encoding.UTF8.GetBytes("""{"status":{"phase":"Running"}}"""),
        });
        yield return ("evict", () => Task.CompletedTask, new ApiCall(ApiVerb.Create, pods, "default", name)
        {
            Subresource = "eviction",
            Body = Eviction.Empty with { Metadata = Objects.Meta(name) },
        });
    }

    private async Task PodAsync(string name)
    {
        if (await Server.Client.FindAsync<ServiceAccount>("default", "default", Stop) is null)
            await Server.Client.CreateAsync(Objects.DefaultAccount(), Stop);
        await Server.Client.CreateAsync(Objects.Pod(name), Stop);
    }

    private async Task<Key> LeaseAsync(string name, string? holder, int term)
    {
        var spec = LeaseSpec.Empty with { HolderIdentity = holder, LeaseTransitions = term, LeaseDurationSeconds = 15 };
        if (await Server.Client.FindAsync<Lease>("kube-system", name, Stop) is { } found)
            await Server.Client.UpdateAsync(found with { Spec = spec }, Stop);
        else
            await Server.Client.CreateAsync(Lease.Empty with { Metadata = Objects.Meta(name, "kube-system"), Spec = spec }, Stop);
        return new Key("kube-system", name);
    }

    private async Task<int> RenewAsync(Key lease, CancellationToken stop)
    {
        for (var renewals = 0; ; renewals++)
        {
            if (stop.IsCancellationRequested)
                return renewals;
            var found = await Server.Client.GetAsync<Lease>(lease.Namespace, lease.Name, Stop);
            await Server.Client.UpdateAsync(found with { Spec = found.Spec with { RenewTime = DateTimeOffset.UnixEpoch.AddSeconds(renewals) } }, Stop);
        }
    }

    private Task<ApiAnswer> CallAsync(ApiCall call) => Server.Host.InProcess(UserInfo.Administrator).CallAsync(call, Stop);

    private HttpClient Plain()
    {
        var client = RunningServer.ClientOf(Server.Host);
        client.DefaultRequestHeaders.Authorization = Server.Http.DefaultRequestHeaders.Authorization;
        return client;
    }
}

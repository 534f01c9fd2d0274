using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Host;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Cli.Demo;

/// <summary>A set of ledgers that the demo runs: its pods as they are and were, and its members by name.</summary>
/// <param name="client">The cluster.</param>
/// <param name="namespaceName">The set's namespace.</param>
/// <param name="say">Takes a line of progress.</param>
internal sealed class LedgerSet(KubernetesClient client, string namespaceName, Action<string> say) : IDisposable
{
    /// <summary>The set's name, and that of its Service.</summary>
    internal const string Name = "ledger-store";

    private const string Selector = "app.kubernetes.io/name=ledger-store";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(25);

    private readonly PodHistory _history = new(client, namespaceName, Selector);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    internal string Namespace => namespaceName;

    internal KubernetesClient Client => client;

    /// <summary>The pods as they are now, by name.</summary>
    internal ImmutableDictionary<string, Pod> Pods => _history.Pods;

    /// <summary>What happened to them so far.</summary>
    internal ImmutableList<PodMoment> Moments => _history.Moments;

    /// <summary>The members that have an address and are to stay.</summary>
    internal IReadOnlyList<LedgerMember> Reachable =>
        [.. Pods.Values.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.PodIP.Length > 0).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).Select(pod => new LedgerMember(_http, pod.Status.PodIP))];

    /// <summary>Follows the set's pods until cancelled.</summary>
    internal Task FollowAsync(CancellationToken cancellationToken) => _history.WatchAsync(cancellationToken);

    public void Dispose() => _http.Dispose();

    internal static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(ordinal => string.Create(CultureInfo.InvariantCulture, $"{Name}-{ordinal}"));

    internal LedgerMember Member(string name) => new(_http, Pods[name].Status.PodIP);

    /// <summary>Makes what a manifest says.</summary>
    internal Task ApplyAsync(string manifest, CancellationToken cancellationToken) => ManifestFile.ApplyAsync(client, manifest, namespaceName, cancellationToken);

    internal Task SetImageAsync(string image, CancellationToken cancellationToken) => ChangeAsync(set =>
    {
        var container = set.Spec.Template.Spec.Containers[0] with { Image = image };
        var pods = set.Spec.Template.Spec with { Containers = set.Spec.Template.Spec.Containers.SetItem(0, container) };
        return set with { Spec = set.Spec with { Template = set.Spec.Template with { Spec = pods } } };
    }, cancellationToken);

    internal Task ScaleAsync(int replicas, CancellationToken cancellationToken) => ChangeAsync(set => set with { Spec = set.Spec with { Replicas = replicas } }, cancellationToken);

    /// <summary>Waits until so many pods are ready.</summary>
    internal Task ReadyAsync(int count, CancellationToken cancellationToken) =>
        UntilAsync($"{count} pods are ready", () => Names(count).All(name => Pods.TryGetValue(name, out var pod) && PodHistory.IsReady(pod)), cancellationToken);

    internal Task UntilAsync(string what, Func<bool> isSo, CancellationToken cancellationToken) => UntilAsync(what, () => Task.FromResult(isSo()), cancellationToken);

    /// <summary>Waits until something is so, and tells of pods meanwhile.</summary>
    /// <exception cref="PromiseBrokenException">It was not so in time.</exception>
    internal async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        var seen = Moments.Count;
        while (!await isSo())
        {
            Tell(ref seen);
            PromiseBrokenException.Unless(!limit.IsCancellationRequested, $"after {Patience.TotalSeconds:0} s it was still not so that {what}: {Describe()}");
            await Task.Delay(Glance, TimeProvider.System, cancellationToken);
        }
        Tell(ref seen);
    }

    private void Tell(ref int seen)
    {
        foreach (var moment in Moments.Skip(seen))
        {
            say($"{(namespaceName == "default" ? "" : namespaceName + "/")}{moment.Name} {moment.Kind.ToString().ToLowerInvariant()}");
            seen++;
        }
    }

    private async Task ChangeAsync(Func<StatefulSet, StatefulSet> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await client.UpdateAsync(change(await client.GetAsync<StatefulSet>(namespaceName, Name, cancellationToken)), cancellationToken);
                return;
            }
            catch (ApiException error) when (error.IsConflict)
            {
                say("the set has changed meanwhile; read it again");
            }
        }
    }

    private string Describe() => string.Join("; ", Pods.Values.OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
        .Select(pod => $"{pod.Metadata.Name} is {pod.Status.Phase}{(PodHistory.IsReady(pod) ? " and ready" : "")}"));
}

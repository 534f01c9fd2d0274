using Holdfast.Client;
using Holdfast.Model.Coordination;
using Holdfast.Model.Meta;
using Holdfast.Platform;

namespace Holdfast.Node.Registration;

/// <summary>Keeps the node's object and lease: makes them, writes the status now and then, and renews the lease often.</summary>
internal sealed class NodeRegistrar(NodeAgentOptions options, KubernetesClient client, ClientEnvironment environment)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const int MaxConflicts = 10;

    private readonly TimeProvider _time = environment.Time;
    private Lease? _lease;
    private string _nodeUid = "";

    /// <summary>Makes the node known, or brings what is known of it up to date.</summary>
    /// <exception cref="ApiException">The API refused.</exception>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await WriteNodeAsync(cancellationToken);
        await RenewAsync(cancellationToken);
    }

    /// <summary>Renews the lease and writes the status until it is cancelled; what fails is told and tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var written = _time.GetTimestamp();
        while (true)
        {
            await _time.DelayAsync(options.LeaseInterval, cancellationToken);
            await TryAsync("lease", RenewAsync, cancellationToken);
            if (_time.GetElapsedTime(written) < options.StatusInterval)
                continue;
            await TryAsync("status", WriteNodeAsync, cancellationToken);
            written = _time.GetTimestamp();
        }
    }

    private async Task TryAsync(string what, Func<CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write(cancellationToken);
        }
        catch (ApiException error)
        {
            _lease = null;
            environment.Log.Write(new LogEntry(LogSeverity.Warning, $"node {options.Name}", $"the node's {what} was not written and is tried again: {error.Message}", error));
        }
    }

    private async Task WriteNodeAsync(CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            try
            {
                await WriteNodeOnceAsync(cancellationToken);
                return;
            }
            catch (ApiException error) when (error.IsConflict && conflicts < MaxConflicts)
            {
                // Controllers write nodes too, such as their taints: it is read again.
                continue;
            }
        }
    }

    private async Task WriteNodeOnceAsync(CancellationToken cancellationToken)
    {
        var node = await client.FindAsync<Core.Node>("", options.Name, cancellationToken)
            ?? await client.CreateAsync(NodeObject.New(options), cancellationToken);
        _nodeUid = node.Metadata.Uid;
        var labels = node.Metadata.Labels.SetItems(NodeObject.LabelsOf(options));
        if (labels != node.Metadata.Labels)
            node = await client.UpdateAsync(node with { Metadata = node.Metadata with { Labels = labels } }, cancellationToken);
        await client.UpdateStatusAsync(node with { Status = NodeObject.Status(options, node.Status, _time.GetUtcNow()) }, cancellationToken);
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var known = _lease ?? await client.FindAsync<Lease>(LeaseNamespace, options.Name, cancellationToken);
        var spec = (known?.Spec ?? LeaseSpec.Empty) with
        {
            HolderIdentity = options.Name,
            LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
            RenewTime = _time.GetUtcNow(),
        };
        var metadata = known?.Metadata ?? ObjectMeta.Empty with { Namespace = LeaseNamespace, Name = options.Name };
        var lease = (known ?? Lease.Empty) with { Metadata = metadata with { OwnerReferences = [Owner()] }, Spec = spec };
        _lease = known is null ? await client.CreateAsync(lease, cancellationToken) : await client.UpdateAsync(lease, cancellationToken);
    }

    // A lease goes with its node.
    private OwnerReference Owner() => OwnerReference.Empty with { ApiVersion = "v1", Kind = "Node", Name = options.Name, Uid = _nodeUid };
}

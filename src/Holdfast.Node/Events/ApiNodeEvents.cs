using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Client;
using Holdfast.Platform;

namespace Holdfast.Node.Events;

/// <summary>
/// Writes events to the API in the background. The same thing said again raises a count. What does not fit into its queue
/// is dropped, and the log is told so: events are news, never the truth.
/// </summary>
/// <param name="client">Writes.</param>
/// <param name="environment">Clock, chance and log.</param>
/// <param name="nodeName">The node that speaks.</param>
public sealed class ApiNodeEvents(KubernetesClient client, ClientEnvironment environment, string nodeName) : INodeEvents
{
    private const int QueueLength = 4096;
    private const int KnownLimit = 1024;

    private readonly Channel<Said> _queue = Channel.CreateBounded<Said>(QueueLength);
    private readonly Dictionary<(string Uid, string FieldPath, string Reason, string Message), (string Name, int Count)> _known = [];
    private int _dropped;

    /// <inheritdoc/>
    public void Record(Core.ObjectReference about, bool isWarning, string reason, string message)
    {
        if (!_queue.Writer.TryWrite(new Said(about, isWarning, reason, message, environment.Time.GetUtcNow())))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what was recorded until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_queue.Reader.TryRead(out var said))
                await TryWriteAsync(said, cancellationToken);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                environment.Log.Write(new LogEntry(LogSeverity.Warning, $"node {nodeName}", $"{dropped} events were dropped because more than {QueueLength} waited to be written"));
        }
    }

    private async Task TryWriteAsync(Said said, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(said, cancellationToken);
        }
        catch (ApiException error)
        {
            environment.Log.Write(new LogEntry(
                LogSeverity.Debug, $"node {nodeName}", $"the event {said.Reason} of {said.About.Namespace}/{said.About.Name} was not written: {error.Message}", error));
        }
    }

    private async Task WriteAsync(Said said, CancellationToken cancellationToken)
    {
        var key = (said.About.Uid, said.About.FieldPath, said.Reason, said.Message);
        if (_known.TryGetValue(key, out var known) && await CountAsync(said, known.Name, known.Count + 1, cancellationToken))
        {
            _known[key] = known with { Count = known.Count + 1 };
            return;
        }
        if (_known.Count >= KnownLimit)
            _known.Clear();
        var name = $"{said.About.Name}.{environment.Chance.NextUInt64().ToString("x16", CultureInfo.InvariantCulture)}";
        await client.CreateAsync(ToEvent(said, name), cancellationToken);
        _known[key] = (name, 1);
    }

    private async Task<bool> CountAsync(Said said, string name, int count, CancellationToken cancellationToken)
    {
        var patch = JsonSerializer.SerializeToUtf8Bytes(
            new CountPatch(count, said.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), EventJson.Default.CountPatch);
        try
        {
            await client.PatchAsync<Core.Event>(NamespaceOf(said), name, PatchForm.Merge, patch, cancellationToken);
            return true;
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    private Core.Event ToEvent(Said said, string name) => Core.Event.Empty with
    {
        Metadata = Model.Meta.ObjectMeta.Empty with { Namespace = NamespaceOf(said), Name = name },
        InvolvedObject = said.About,
        Type = said.IsWarning ? "Warning" : "Normal",
        Reason = said.Reason,
        Message = said.Message,
        Count = 1,
        FirstTimestamp = said.At,
        LastTimestamp = said.At,
        Source = Core.EventSource.Empty with { Component = "kubelet", Host = nodeName },
        ReportingComponent = "kubelet",
        ReportingInstance = nodeName,
    };

    private static string NamespaceOf(Said said) => said.About.Namespace.Length > 0 ? said.About.Namespace : "default";

    private sealed record Said(Core.ObjectReference About, bool IsWarning, string Reason, string Message, DateTimeOffset At);
}

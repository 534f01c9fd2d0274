using System.Globalization;
using System.Threading.Channels;
using Holdfast.Model.Core;
using Holdfast.Model.Json;
using Holdfast.Platform;

namespace Holdfast.Client.Events;

/// <summary>
/// Writes notes as core/v1 Events from a loop of its own. A full buffer, a refusal or a server that does not answer costs
/// events, which are counted in <c>holdfast_events_total</c>, and nothing else.
/// </summary>
/// <param name="component">Who speaks: <c>statefulset-controller</c>.</param>
/// <param name="environment">The server and the world.</param>
/// <param name="host">On which machine; empty when it does not matter.</param>
/// <param name="fieldManager">Who writes, for <c>metadata.managedFields</c>; the component when left out.</param>
/// <param name="rate">How much may be said about one object; null for Kubernetes' own numbers.</param>
public sealed class EventRecorder(string component, ClientEnvironment environment, string host = "", string? fieldManager = null, EventRate? rate = null) : IEventRecorder
{
    private const int MaxAttempts = 3;
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    private readonly KubernetesClient _client = new(environment.Transport, fieldManager ?? component);
    private readonly EventCorrelator _correlator = new(component, host, rate);
    private readonly Channel<(EventNote Note, DateTimeOffset At)> _notes = Channel.CreateBounded<(EventNote, DateTimeOffset)>(
        new BoundedChannelOptions(1000) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <inheritdoc/>
    public void Record(EventNote note)
    {
        if (!_notes.Writer.TryWrite((note, environment.Time.GetUtcNow())))
            Count("overflow");
    }

    /// <summary>Starts the loop that writes.</summary>
    /// <param name="stop">Ends it; what is not written by then is lost.</param>
    public Task Start(CancellationToken stop) => environment.Runner.Start($"events of {component}", RunAsync, stop);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _notes.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_notes.Reader.TryRead(out var noted))
                await TakeAsync(noted.Note, noted.At, cancellationToken);
        }
    }

    private async Task TakeAsync(EventNote note, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var decision = _correlator.Decide(note, at);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteAsync(decision, cancellationToken);
                Count(decision is EventDecision.Drop ? "spam" : "written");
                return;
            }
            catch (ApiException error) when (!error.IsRetriable || attempt == MaxAttempts)
            {
                Count("failed");
                environment.Log.Write(new LogEntry(
                    LogSeverity.Information, $"events of {component}",
                    $"{note.InvolvedObject.Kind} {note.InvolvedObject.Name}: the event {note.Reason} was not written: {error.Message}"));
                return;
            }
            catch (ApiException)
            {
                await environment.Time.DelayAsync(Backoff.Delay(attempt, environment.Chance), cancellationToken);
            }
        }
    }

    private async Task WriteAsync(EventDecision decision, CancellationToken cancellationToken)
    {
        switch (decision)
        {
            case EventDecision.Create create:
                await CreateAsync(create.Event, cancellationToken);
                break;
            case EventDecision.Repeat repeat:
                await RepeatAsync(repeat.Event, cancellationToken);
                break;
            default:
                break;
        }
    }

    private async Task CreateAsync(Event item, CancellationToken cancellationToken)
    {
        try
        {
            await _client.CreateAsync(item, cancellationToken);
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            // An earlier attempt took effect and only its answer was lost.
        }
    }

    private async Task RepeatAsync(Event item, CancellationToken cancellationToken)
    {
        try
        {
            var patch = ModelJson.ToBytes(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("count", item.Count);
                writer.WriteString("lastTimestamp", item.LastTimestamp!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
                writer.WriteString("message", item.Message);
                writer.WriteEndObject();
            });
            await _client.PatchAsync<Event>(
                item.Metadata.Namespace, item.Metadata.Name, PatchForm.Merge, patch, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            await CreateAsync(item, cancellationToken);
        }
    }

    private void Count(string outcome) => environment.Metrics.Counter(
        "holdfast_events_total", "Events by what became of them: written, spam, overflow, failed.", ("component", component), ("outcome", outcome)).Increment();
}

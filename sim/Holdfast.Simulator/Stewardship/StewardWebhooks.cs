using Holdfast.ApiServer.Admission.Webhooks;
using Holdfast.Platform;
using Holdfast.Platform.Simulation;
using Holdfast.Simulator.Faults;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Simulator.Stewardship;

/// <summary>
/// The way from the API server to a Steward's webhooks: the real reviews, answered by the real answerer inside the Steward's own process. Each process listens at
/// an address of its own, so that a configuration of the one before leads nowhere; who was killed, stands still or is cut off does not answer.
/// </summary>
/// <param name="time">The simulated time.</param>
internal sealed class StewardWebhooks(TimeProvider time) : IWebhookTransport
{
    private readonly Dictionary<int, Listener> _listeners = [];

    /// <summary>Told of each pod that a Steward lets go, with the moment at which it was asked.</summary>
    public Action<string, long>? OnAllowed { get; init; }

    /// <summary>Begins to listen.</summary>
    /// <param name="port">Where; whoever listened there before does no more.</param>
    /// <param name="process">The Steward's process.</param>
    /// <param name="link">Its network.</param>
    /// <param name="answerer">Answers.</param>
    public void Listen(int port, SimulatedProcess process, Link link, IAdmissionAnswerer answerer) => _listeners[port] = new Listener(process, link, answerer);

    /// <summary>Listens no more, if it is the one that does.</summary>
    /// <param name="port">Where.</param>
    /// <param name="process">The process.</param>
    public void Close(int port, SimulatedProcess process)
    {
        if (_listeners.TryGetValue(port, out var listener) && listener.Process == process)
            _listeners.Remove(port);
    }

    /// <inheritdoc/>
    public async Task<(int Code, byte[] Body)> PostAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        await time.DelayAsync(TimeSpan.FromMilliseconds(1), cancellationToken);
        if (!_listeners.TryGetValue(call.Address.Port, out var listener) || listener.Process.IsKilled)
            throw new IOException($"dial tcp {call.Address.Authority}: connect: connection refused");
        var body = call.Body;
        if (AdmissionReview.Read(body.Span) is not { } question)
            return (400, []);
        var (asked, answered) = (time.GetTimestamp(), Completions.Source<byte[]>());
        await using var given = cancellationToken.UnsafeRegister(_ => answered.TrySetCanceled(cancellationToken), null);
        if (!listener.Link.IsCut)
            listener.Process.Post(_ => _ = AnswerAsync(listener, question, asked, answered, cancellationToken), null);
        return (200, await answered.Task);
    }

    // As the webhook server has it: what is thrown becomes a refusal.
    private async Task AnswerAsync(Listener listener, AdmissionQuestion question, long asked, TaskCompletionSource<byte[]> answered, CancellationToken aborted)
    {
        AdmissionAnswer answer;
        try
        {
            answer = await listener.Answerer.AnswerAsync(question, aborted);
        }
        catch (OperationCanceledException)
        {
            answered.TrySetCanceled(aborted);
            return;
        }
        catch (Exception error) when (error is not InvariantBrokenException)
        {
            answer = AdmissionAnswer.Later($"the Steward could not find out whether this is safe: {error.Message}", TimeSpan.FromSeconds(10));
        }
        if (answer.IsAllowed && question is { Resource: "pods", IsDryRun: false })
            OnAllowed?.Invoke(question.Name, asked);
        if (!listener.Link.IsCut)
            answered.TrySetResult(AdmissionReview.Write(question.Uid, answer));
    }

    private sealed record Listener(SimulatedProcess Process, Link Link, IAdmissionAnswerer Answerer);
}

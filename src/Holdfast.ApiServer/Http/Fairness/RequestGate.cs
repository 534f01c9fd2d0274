using System.IO.Pipelines;
using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Http.Fairness;

/// <summary>Where requests for resources come in: each gets its time and its seat here, or is told to come again later.</summary>
internal sealed class RequestGate(FlowControl flows, WatchCount watches, RequestBounds bounds, TimeProvider time)
{
    /// <summary>Whether a request is a stream in both directions or of a log, which may last as long as it likes and needs no seat.</summary>
    public static bool IsStream(ResourcePath path) => path.Subresource is "exec" or "attach" or "portforward" or "log" or "proxy";

    /// <summary>Lets a request in when it is its turn.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">What it is about.</param>
    /// <param name="verb">What it does.</param>
    /// <exception cref="Client.ApiException">429: too many wait; 504: it waited longer than it wanted.</exception>
    public async ValueTask<RequestPass> EnterAsync(ApiRequest request, ResourcePath path, string verb)
    {
        // A watch has its own end, by timeoutSeconds.
        var deadline = verb == "watch" ? null : RequestDeadline.Begin(request.Http, request.Query.Text("timeout"), bounds.RequestTimeout, time);
        try
        {
            var isWriting = verb is not ("get" or "list" or "watch");
            return new RequestPass(deadline, await flows.EnterAsync(request.User, path.Namespace, isWriting, request.Aborted));
        }
        catch (Exception refused)
        {
            var isLate = refused is OperationCanceledException && deadline?.IsOver == true;
            deadline?.Dispose();
            if (isLate)
                throw Late();
            throw;
        }
    }

    /// <summary>504: the request's time is over.</summary>
    public static ApiException Late() =>
        ApiErrors.Failure(504, "Timeout", "Timeout: request did not complete within requested timeout - context deadline exceeded", StatusDetails.Empty);

    /// <summary>Counts a watch until what is returned is disposed.</summary>
    public IDisposable BeginWatch(ApiRequest request) => watches.Begin(request.User);

    /// <summary>Hands a watch's bytes to the network; a reader that takes none of them for too long is cut.</summary>
    public async ValueTask FlushAsync(ApiRequest request, PipeWriter output, CancellationToken cancellationToken)
    {
        var flushing = output.FlushAsync(cancellationToken);
        if (flushing.IsCompleted)
        {
            await flushing;
            return;
        }
        await TakenAsync(request, flushing.AsTask(), cancellationToken);
    }

    /// <summary>Waits until the network has taken some of a watch's bytes; a reader that takes none of them for too long is cut.</summary>
    public async ValueTask TakenAsync(ApiRequest request, Task sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending.WaitAsync(bounds.WatchStall, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            request.Http.Abort();
            throw new OperationCanceledException("the watcher did not read what was sent to it", request.Aborted);
        }
    }
}

/// <summary>What a request has while it is served: its time and its seat.</summary>
internal sealed class RequestPass(RequestDeadline? deadline, Seat seat) : IDisposable
{
    /// <summary>Whether its time is over.</summary>
    public bool IsOver => deadline?.IsOver == true;

    /// <summary>Until when an answer in many pieces may take; null where nothing bounds the request.</summary>
    public CancellationToken? Answering => deadline?.Answering;

    /// <summary>Gives the seat to another.</summary>
    public void LeaveSeat() => seat.Dispose();

    public void Dispose()
    {
        seat.Dispose();
        deadline?.Dispose();
    }
}

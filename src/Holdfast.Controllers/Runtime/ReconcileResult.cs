namespace Holdfast.Controllers.Runtime;

/// <summary>How a reconcile ended.</summary>
public abstract record ReconcileResult
{
    private ReconcileResult()
    {
    }

    /// <summary>All is as it should be until something changes; the key's failures are forgotten.</summary>
    public static ReconcileResult Done { get; } = new Completed();

    /// <summary>All is well, and the key is to be looked at again after a span; its failures are forgotten.</summary>
    /// <param name="delay">The span; a change before that brings the key up sooner.</param>
    public static ReconcileResult RequeueAfter(TimeSpan delay) => new Requeue(delay);

    /// <summary>All is well, and the key is to be looked at again after a span, where there is one.</summary>
    /// <param name="delay">The span; null to wait for a change.</param>
    public static ReconcileResult After(TimeSpan? delay) => delay is { } span ? RequeueAfter(span) : Done;

    /// <summary>Something went wrong: it is logged and counted, and the key comes up again after a growing span.</summary>
    /// <param name="reason">One word for metrics: "Conflict", "Forbidden".</param>
    /// <param name="error">What went wrong, in words: what was tried, on which object, what came of it.</param>
    /// <param name="exception">What went wrong below, if anything.</param>
    public static ReconcileResult Failed(string reason, string error, Exception? exception = null) => new Failure(reason, error, exception);

    /// <summary>See <see cref="Done"/>.</summary>
    public sealed record Completed : ReconcileResult;

    /// <summary>See <see cref="RequeueAfter"/>.</summary>
    /// <param name="Delay">The span.</param>
    public sealed record Requeue(TimeSpan Delay) : ReconcileResult;

    /// <summary>See <see cref="Failed"/>.</summary>
    /// <param name="Reason">One word for metrics.</param>
    /// <param name="Error">What went wrong, in words.</param>
    /// <param name="Exception">What went wrong below, if anything.</param>
    public sealed record Failure(string Reason, string Error, Exception? Exception) : ReconcileResult;
}

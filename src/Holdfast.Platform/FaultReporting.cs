namespace Holdfast.Platform;

internal static class FaultReporting
{
    public static async Task RunAsync(
        string name, Func<CancellationToken, Task> work, Action<TaskFault> report, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The orderly end that the token asked for.
        }
        catch (Exception exception)
        {
            report(new TaskFault(name, exception));
            throw;
        }
    }
}

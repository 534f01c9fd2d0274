using Holdfast.Node.Probes;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Hooks;

/// <summary>Runs the hooks that a container asks for after its start and before its stop.</summary>
/// <param name="runtime">Runs commands in containers.</param>
/// <param name="network">Reaches pods.</param>
/// <param name="time">The clock.</param>
internal sealed class LifecycleHooks(IContainerRuntime runtime, IPodNetwork network, TimeProvider time)
{
    /// <summary>Runs a hook; gives what went wrong, or null.</summary>
    public async Task<string?> RunAsync(
        Core.LifecycleHandler hook, Core.Container container, ContainerId id, string address, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            if (hook.Exec is { } exec)
                return await ExecAsync(exec, id, limit, cancellationToken);
            if (hook.HttpGet is { } http)
            {
                var code = await network.GetAsync(PodEndpoint.Http(http, container, address), PodEndpoint.Headers(http), limit, cancellationToken);
                return code is >= 200 and < 400 ? null : $"the answer's status code was {code}";
            }
            if (hook.TcpSocket is { } tcp)
                await network.ConnectAsync(tcp.Host.Length > 0 ? tcp.Host : address, PodEndpoint.Port(tcp.Port, container), limit, cancellationToken);
            else if (hook.Sleep is { } sleep)
                await time.DelayAsync(Shorter(TimeSpan.FromSeconds(sleep.Seconds), limit), cancellationToken);
            return null;
        }
        catch (Exception error) when (error is RuntimeException or PodNetworkException or UriFormatException)
        {
            return error.Message;
        }
    }

    private async Task<string?> ExecAsync(Core.ExecAction exec, ContainerId id, TimeSpan limit, CancellationToken cancellationToken)
    {
        var result = await runtime.ExecAsync(new ExecRequest { Id = id, Command = [.. exec.Command], Timeout = limit }, cancellationToken);
        if (result.HasTimedOut)
            return $"command '{string.Join(' ', exec.Command)}' did not end within {limit.TotalSeconds:0.#} s";
        return result.ExitCode == 0 ? null : $"command '{string.Join(' ', exec.Command)}' exited with {result.ExitCode}";
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

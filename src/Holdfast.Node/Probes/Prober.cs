using System.Text;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Probes;

/// <summary>Runs one probe once.</summary>
/// <param name="runtime">Runs commands in containers.</param>
/// <param name="network">Reaches pods.</param>
internal sealed class Prober(IContainerRuntime runtime, IPodNetwork network)
{
    private const int OutputLimit = 1024;

    public async Task<ProbeResult> ProbeAsync(Core.Probe probe, Core.Container container, ContainerId id, string address, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds));
        try
        {
            if (probe.HttpGet is { } http)
                return OfCode(await network.GetAsync(PodEndpoint.Http(http, container, address), PodEndpoint.Headers(http), timeout, cancellationToken));
            if (probe.TcpSocket is { } tcp)
            {
                await network.ConnectAsync(tcp.Host.Length > 0 ? tcp.Host : address, PodEndpoint.Port(tcp.Port, container), timeout, cancellationToken);
                return new(true, "");
            }
            return probe.Exec is { } exec
                ? await ExecAsync(exec, id, timeout, cancellationToken)
                : new(false, "this node runs httpGet, tcpSocket and exec probes only: use one of them");
        }
        catch (PodNetworkException error)
        {
            return new(false, error.Message);
        }
        catch (RuntimeException error)
        {
            return new(false, error.Message);
        }
        catch (UriFormatException error)
        {
            return new(false, $"the probe's address is not one: {error.Message}");
        }
    }

    private static ProbeResult OfCode(int code) =>
        code is >= 200 and < 400 ? new(true, "") : new(false, $"HTTP probe failed with statuscode: {code}");

    private async Task<ProbeResult> ExecAsync(Core.ExecAction exec, ContainerId id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var result = await runtime.ExecAsync(
            new ExecRequest { Id = id, Command = [.. exec.Command], StandardOutput = output, StandardError = output, Timeout = timeout }, cancellationToken);
        if (result.HasTimedOut)
            return new(false, $"command timed out: \"{string.Join(' ', exec.Command)}\" timed out after {timeout.TotalSeconds:0}s");
        var text = Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)Math.Min(output.Length, OutputLimit)).TrimEnd();
        return new(result.ExitCode == 0, text.Length > 0 ? text : $"command ended with code {result.ExitCode}");
    }
}

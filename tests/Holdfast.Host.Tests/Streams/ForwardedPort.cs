using System.Diagnostics;
using System.Text;

namespace Holdfast.Host.Tests.Streams;

/// <summary>A port of a pod that kubectl forwards; it keeps what kubectl says, so that a request that fails can tell it.</summary>
internal sealed class ForwardedPort : IDisposable
{
    private readonly Process _kubectl;
    // Every request has a connection of its own. A pod that speaks HTTP/1.0 ends the connection with its answer, which this client does
    // not know of such answers: it would ask again on a connection that kubectl is just about to close.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ForwardedPort(Process kubectl)
    {
        _kubectl = kubectl;
        kubectl.OutputDataReceived += (_, line) => Hear(line.Data);
        kubectl.ErrorDataReceived += (_, line) => Hear(line.Data);
        kubectl.BeginOutputReadLine();
        kubectl.BeginErrorReadLine();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Lets kubectl forward a port of a pod from one that it chooses.</summary>
    public static async Task<ForwardedPort> OpenAsync(PodCluster cluster, string protocol, string pod, int port)
    {
        var forwarded = new ForwardedPort(cluster.Kubectl(PodCluster.Speaking(protocol), "-v=6", "port-forward", pod, $":{port}"));
        try
        {
            forwarded._http.BaseAddress = await forwarded._address.Task.WaitAsync(PodCluster.Deadline, Stop);
        }
        catch (TimeoutException problem)
        {
            var failure = forwarded.Failure("it forwards nothing", problem);
            forwarded.Dispose();
            throw failure;
        }
        return forwarded;
    }

    /// <summary>Asks for what is there, over a connection of its own.</summary>
    public async Task GetAsync(string what)
    {
        try
        {
            using var answer = await _http.GetAsync("", Stop);
            Assert.True(answer.IsSuccessStatusCode, $"{what}: {answer.StatusCode}");
        }
        catch (HttpRequestException problem)
        {
            throw Failure($"{what} failed: {problem.InnerException?.Message ?? problem.Message}", problem);
        }
    }

    /// <summary>Asks for what the pod answers by cutting the connection.</summary>
    public Task CutAsync() => Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync("cut", Stop));

    public void Dispose()
    {
        _http.Dispose();
        _kubectl.Kill();
        _kubectl.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.AppendLine(line);
        if (line.StartsWith("Forwarding from 127.0.0.1:", StringComparison.Ordinal))
            _address.TrySetResult(new Uri($"http://127.0.0.1:{line.Split(' ')[2].Split(':')[1]}/"));
    }

    private InvalidOperationException Failure(string what, Exception problem)
    {
        lock (_said)
            return new InvalidOperationException($"{what}; kubectl {(_kubectl.HasExited ? $"has ended with {_kubectl.ExitCode}" : "runs on")} and has said:\n{_said}", problem);
    }
}

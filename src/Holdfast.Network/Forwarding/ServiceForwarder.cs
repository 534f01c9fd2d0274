using System.Collections.Immutable;
using System.Net.Sockets;
using System.Threading.Channels;
using Holdfast.Network.Services;
using Holdfast.Platform;

namespace Holdfast.Network.Forwarding;

/// <summary>
/// Listens on the cluster IPs of Services and forwards to their ready endpoints. Changes are gathered in a snapshot;
/// one loop brings the open ports in line with it. A port that cannot be had is reported and tried again, and keeps no
/// other port from being served.
/// </summary>
public sealed class ServiceForwarder : IForwardingTable, IAsyncDisposable
{
    private readonly ForwardingParts _parts;
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<ForwardingAddress, ForwardingPort> _ports = [];
    private readonly List<Task> _closing = [];
    private readonly Lock _gate = new();
    private readonly Task _loop;
    private ServiceSet _services = ServiceSet.Empty;
    private long _told;
    private long _applied;
    private ImmutableArray<ForwardingProblem> _problems = [];
    private TaskCompletionSource _nextApplied = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the loop; no port is open yet.</summary>
    /// <param name="options">The bounds.</param>
    /// <param name="runner">Runs the loops.</param>
    /// <param name="chance">Gives the first turn of each port.</param>
    /// <param name="time">Measures waits.</param>
    public ServiceForwarder(ForwarderOptions options, ITaskRunner runner, IChance chance, TimeProvider time)
    {
        _parts = new ForwardingParts(options, runner, chance, time, new SemaphoreSlim(options.MaxConnections));
        _loop = runner.Start("Service forwarding", RunAsync, _stop.Token);
    }

    /// <summary>The ports that cannot be served now.</summary>
    public ImmutableArray<ForwardingProblem> Problems
    {
        get
        {
            lock (_gate)
            {
                return _problems;
            }
        }
    }

    /// <inheritdoc/>
    public void SetService(ServiceRecord service) => Change(services => services.With(service));

    /// <inheritdoc/>
    public void RemoveService(NetworkKey key) => Change(services => services.WithoutService(key));

    /// <inheritdoc/>
    public void SetEndpointSlice(EndpointSliceRecord slice) => Change(services => services.With(slice));

    /// <inheritdoc/>
    public void RemoveEndpointSlice(NetworkKey key) => Change(services => services.WithoutSlice(key));

    /// <inheritdoc/>
    public async Task WhenAppliedAsync(CancellationToken cancellationToken)
    {
        long target;
        lock (_gate)
        {
            target = _told;
        }

        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_applied >= target)
                {
                    return;
                }

                next = _nextApplied.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes every port and ends every connection.</summary>
    /// <returns>Done when nothing is open any more.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        lock (_gate)
        {
            _nextApplied.TrySetException(new ObjectDisposedException(nameof(ServiceForwarder)));
        }

        await Task.WhenAll(_ports.Values.Select(port => port.DisposeAsync().AsTask()));
        await Task.WhenAll(_closing);
        _parts.Connections.Dispose();
        _stop.Dispose();
    }

    private void Change(Func<ServiceSet, ServiceSet> change)
    {
        lock (_gate)
        {
            _services = change(_services);
            _told++;
        }

        _changed.Writer.TryWrite(true);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await WaitForWorkAsync(cancellationToken);
            ServiceSet services;
            long told;
            lock (_gate)
            {
                services = _services;
                told = _told;
            }

            var problems = Apply(services);
            _closing.RemoveAll(closing => closing.IsCompleted);
            lock (_gate)
            {
                _problems = problems;
                _applied = told;
                _nextApplied.TrySetResult();
                _nextApplied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private async Task WaitForWorkAsync(CancellationToken cancellationToken)
    {
        if (Problems.IsEmpty)
        {
            await _changed.Reader.ReadAsync(cancellationToken);
            return;
        }

        using var retry = new CancellationTokenSource(_parts.Options.RetryAfter, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(retry.Token, cancellationToken);
        try
        {
            await _changed.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (retry.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private ImmutableArray<ForwardingProblem> Apply(ServiceSet services)
    {
        var problems = ImmutableArray.CreateBuilder<ForwardingProblem>();
        var current = _ports.ToImmutableDictionary(port => port.Key, port => port.Value.Route);
        foreach (var step in ForwardingPlanner.Plan(current, ForwardingPlanner.Routes(services)))
        {
            switch (step)
            {
                case ClosePort close when _ports.Remove(close.Address, out var port):
                    _closing.Add(port.CloseAsync(_parts.Options.DrainTimeout));
                    break;
                case ChangeRoute change:
                    _ports[change.Address].Route = change.Route;
                    break;
                case OpenPort open when Open(open) is { } problem:
                    problems.Add(problem);
                    break;
            }
        }

        return problems.DrainToImmutable();
    }

    private ForwardingProblem? Open(OpenPort step)
    {
        try
        {
            _ports[step.Address] = step.Address.Protocol == PortProtocol.Tcp
                ? TcpForwardingPort.Open(_parts, step.Address.EndPoint, step.Route)
                : UdpForwardingPort.Open(_parts, step.Address.EndPoint, step.Route);
            return null;
        }
        catch (SocketException fault)
        {
            return ForwardingPort.Explain(step, fault);
        }
    }
}

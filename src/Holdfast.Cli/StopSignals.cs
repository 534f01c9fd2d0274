using System.Runtime.InteropServices;

namespace Holdfast.Cli;

/// <summary>Turns Ctrl-C, SIGTERM and SIGHUP into one orderly stop; a second Ctrl-C does not wait for it.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    internal StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
    ];

    internal CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
        {
            Console.Error.WriteLine("holdfast: interrupted again; pods that have not ended are left running and are found again by the next start.");
            return;
        }
        context.Cancel = true;
        _stop.Cancel();
    }
}

using Holdfast.Client.Events;

namespace Holdfast.Controllers.Runtime;

/// <summary>Runs the controllers of a process over its shared caches.</summary>
/// <param name="context">The world and the caches.</param>
public sealed class ControllerHost(ControllerContext context)
{
    private readonly List<IController> _controllers = [];
    private readonly List<EventRecorder> _recorders = [];

    /// <summary>The controllers, in the order in which they were added.</summary>
    public IReadOnlyList<IController> Controllers => _controllers;

    /// <summary>Adds a controller; before the host runs.</summary>
    /// <param name="controller">The controller.</param>
    public ControllerHost Add(IController controller)
    {
        _controllers.Add(controller);
        return this;
    }

    /// <summary>Adds a recorder of events, to be run with the controllers; before the host runs.</summary>
    /// <param name="recorder">The recorder.</param>
    public ControllerHost Add(EventRecorder recorder)
    {
        _recorders.Add(recorder);
        return this;
    }

    /// <summary>
    /// Starts the caches and, each as soon as its sources have their first listing, the controllers; ends after the stop when all
    /// reconciles have ended. The caches are kept current until then.
    /// </summary>
    /// <param name="stop">Asks it to stop.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        using var stopCaches = new CancellationTokenSource();
        context.Caches.Start(stopCaches.Token);
        try
        {
            await RunOverCachesAsync(stop);
        }
        finally
        {
            Cancel(stopCaches);
            await context.Caches.WaitForStopAsync();
        }
    }

    /// <summary>Runs the controllers over caches that somebody else starts, and that go on afterwards; ends as <see cref="RunAsync"/> does.</summary>
    /// <param name="stop">Asks it to stop.</param>
    public async Task RunOverCachesAsync(CancellationToken stop)
    {
        using var stopRecorders = new CancellationTokenSource();
        var recorders = _recorders.Select(recorder => recorder.Start(stopRecorders.Token)).ToList();
        try
        {
            await Task.WhenAll(_controllers.Select(controller =>
                context.Environment.Runner.Start($"controller {controller.Name}", controller.RunAsync, stop)));
        }
        finally
        {
            Cancel(stopRecorders);
            await Task.WhenAll(recorders);
        }
    }

    // Not CancelAsync: it would leave the simulator's one thread.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();
}

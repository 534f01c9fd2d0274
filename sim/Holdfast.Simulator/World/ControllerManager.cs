using Holdfast.Simulator.Faults;

namespace Holdfast.Simulator.World;

/// <summary>A process with controllers, its way to the server and its clock.</summary>
/// <param name="Link">Its way to the server, which has its name.</param>
/// <param name="Clock">Its clock.</param>
/// <param name="Process">The process.</param>
internal sealed record ControllerManager(Link Link, ComponentClock Clock, RestartableProcess Process)
{
    /// <summary>Its name.</summary>
    public string Name => Link.Name;

    /// <summary>Stops it where it is, with what it has under way.</summary>
    public void Pause()
    {
        Link.Pause();
        Clock.Pause();
    }

    /// <summary>Lets it go on, as if nothing had been.</summary>
    public void Continue()
    {
        Link.Resume();
        Clock.Continue();
    }
}

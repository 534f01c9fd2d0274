using Holdfast.Client.Caching;

namespace Holdfast.Controllers.Runtime;

/// <summary>A controller of any key, for the host.</summary>
public interface IController
{
    /// <summary>Its name, for logs and metrics.</summary>
    string Name { get; }

    /// <summary>The caches whose changes give it work; it begins when all have their first listing.</summary>
    IReadOnlyCollection<IResourceCache> Sources { get; }

    /// <summary>Reconciles until the stop, then lets what runs come to its end.</summary>
    /// <param name="stop">Asks it to stop.</param>
    Task RunAsync(CancellationToken stop);
}

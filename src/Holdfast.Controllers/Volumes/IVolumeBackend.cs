using Holdfast.Model.Core;

namespace Holdfast.Controllers.Volumes;

/// <summary>Removes what a volume holds; the host says how, since controllers touch nothing but the API.</summary>
public interface IVolumeBackend
{
    /// <summary>Removes a volume's data. Done before is done well.</summary>
    /// <param name="volume">The volume, which no claim has.</param>
    /// <param name="cancellationToken">Ends the work; it may be begun again.</param>
    /// <exception cref="IOException">The data could not be removed; the message says what and why.</exception>
    Task RemoveAsync(PersistentVolume volume, CancellationToken cancellationToken);
}

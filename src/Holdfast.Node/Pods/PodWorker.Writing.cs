using Holdfast.Client;
using Holdfast.Model.Meta;
using Holdfast.Node.Planning;
using Holdfast.Platform;

namespace Holdfast.Node.Pods;

internal sealed partial class PodWorker
{
    private Core.PodStatus? _sent, _answered;

    /// <summary>Writes the status if it says something new; false when it is to be tried again.</summary>
    private async Task<bool> WriteStatusAsync(PodObservation observation, Core.PodStatus status, CancellationToken cancellationToken)
    {
        // A server may keep a status other than it was sent; that is no reason to send it for ever.
        var isSaid = status == observation.Pod.Status || (status == _sent && observation.Pod.Status == _answered);
        if (isSaid || observation.IsGone || observation.IsAgentStopping)
            return true;
        try
        {
            var written = await _parts.Client.UpdateStatusAsync(observation.Pod with { Status = status }, cancellationToken);
            (_sent, _answered) = (status, written.Status);
            Renew(written);
            return true;
        }
        catch (ApiException error) when (error.IsConflict)
        {
            return await RereadAsync(cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound)
        {
            _isMissing = true;
            Signal();
            return true;
        }
        catch (ApiException error)
        {
            _parts.Log(LogSeverity.Warning, $"the status of pod {FullName} could not be written and is tried again: {error.Message}", error);
            return false;
        }
    }

    private async Task<bool> RereadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var fresh = await _parts.Client.FindAsync<Core.Pod>(_pod.Metadata.Namespace, _pod.Metadata.Name, cancellationToken);
            if (fresh?.Metadata.Uid == Uid)
                Renew(fresh);
            else
                _isMissing = true;
            Signal();
            return true;
        }
        catch (ApiException error)
        {
            _parts.Log(LogSeverity.Warning, $"pod {FullName} could not be read again after a conflict: {error.Message}", error);
            return false;
        }
    }

    /// <summary>Removes the pod's object; false when it is to be tried again.</summary>
    private async Task<bool> DeleteObjectAsync(CancellationToken cancellationToken)
    {
        // The last status must stand before the object goes; a conflict has asked for another run.
        if (_isSignalled || _isDeleted)
            return true;
        try
        {
            var options = DeleteOptions.Empty with { GracePeriodSeconds = 0, Preconditions = Preconditions.Empty with { Uid = Uid } };
            await _parts.Client.DeleteAsync<Core.Pod>(_pod.Metadata.Namespace, _pod.Metadata.Name, options, cancellationToken);
        }
        catch (ApiException error) when (error.IsNotFound || error.IsConflict)
        {
            // Somebody else removed it; a conflict says that another pod has its name now.
        }
        catch (ApiException error)
        {
            _parts.Log(LogSeverity.Warning, $"pod {FullName} has ended but its object could not be removed, which is tried again: {error.Message}", error);
            return false;
        }
        _isDeleted = true;
        return true;
    }

    private void Renew(Core.Pod pod)
    {
        lock (_gate)
        {
            if (Revision.OrZero(pod.Metadata.ResourceVersion) >= Revision.OrZero(_pod.Metadata.ResourceVersion))
                _pod = pod;
        }
    }
}

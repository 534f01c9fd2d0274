using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Scheduling;

namespace Holdfast.ApiServer.Admission;

/// <summary>
/// Gives every pod the number that its priority class, or the default one, stands for; and keeps the system's classes, and one default at most.
/// </summary>
internal sealed class PriorityAdmission : IAdmissionPlugin
{
    private const string DefaultPreemption = "PreemptLowerPriority";

    /// <inheritdoc/>
    public string Name => "Priority";

    /// <inheritdoc/>
    public ValueTask<IResource> MutateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (!request.Creates("pods"))
            return new(resource);
        var pod = (Pod)resource;
        var (name, priority, preemption) = Resolve(request, pod);
        if (pod.Spec.Priority is { } given && given != priority)
        {
            throw ApiErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name,
                $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name");
        }
        if (pod.Spec.PreemptionPolicy is { } policy && policy != preemption)
        {
            throw ApiErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name,
                $"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {preemption} from the given PriorityClass name");
        }
        return new(pod with { Spec = pod.Spec with { PriorityClassName = name, Priority = priority, PreemptionPolicy = preemption } });
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        if (request.Served.StoreName != "priorityclasses.scheduling.k8s.io" || resource is not PriorityClass priority)
            return default;
        var name = priority.Metadata.Name;
        if (request.Operation == AdmissionOperation.Delete && SystemPriorities.Find(name) is not null)
            throw ApiErrors.Forbidden(PriorityClass.ResourceType, name, "this is a system priority class and cannot be deleted");
        if (request.Operation != AdmissionOperation.Delete && priority.GlobalDefault && Standard(request) is { } other && other.Metadata.Name != name)
        {
            throw ApiErrors.Forbidden(PriorityClass.ResourceType, name,
                $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        }
        return default;
    }

    private static PriorityClass? Standard(AdmissionRequest request) =>
        request.View.List<PriorityClass>(null).Where(each => each.GlobalDefault).OrderBy(each => each.Value).FirstOrDefault();

    private static (string Name, int Priority, string Preemption) Resolve(AdmissionRequest request, Pod pod)
    {
        var wanted = pod.Spec.PriorityClassName;
        if (wanted.Length == 0)
        {
            return Standard(request) is not { } standard
                ? ("", 0, DefaultPreemption)
                : (standard.Metadata.Name, standard.Value, standard.PreemptionPolicy ?? DefaultPreemption);
        }
        if (SystemPriorities.Find(wanted) is { } known)
            return (wanted, known.Value, DefaultPreemption);
        var found = request.View.Find<PriorityClass>("", wanted)
            ?? throw ApiErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"no PriorityClass with name {wanted} was found");
        return (wanted, found.Value, found.PreemptionPolicy ?? DefaultPreemption);
    }
}

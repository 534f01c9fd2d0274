using Holdfast.ApiServer.Errors;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Scheduling;

namespace Holdfast.ApiServer.Admission;

/// <summary>Gives every pod the number that its priority class, or the default one, stands for.</summary>
internal sealed class PriorityAdmission : IAdmissionPlugin
{
    private const string DefaultPreemption = "PreemptLowerPriority";

    private static readonly (string Name, int Value)[] SystemClasses =
        [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

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

    private static (string Name, int Priority, string Preemption) Resolve(AdmissionRequest request, Pod pod)
    {
        var wanted = pod.Spec.PriorityClassName;
        if (wanted.Length == 0)
        {
            var standard = request.View.List<PriorityClass>(null).Where(each => each.GlobalDefault)
                .OrderBy(each => each.Value).FirstOrDefault();
            return standard is null
                ? ("", 0, DefaultPreemption)
                : (standard.Metadata.Name, standard.Value, standard.PreemptionPolicy ?? DefaultPreemption);
        }
        foreach (var (name, value) in SystemClasses)
        {
            if (name == wanted)
                return (name, value, DefaultPreemption);
        }
        var found = request.View.Find<PriorityClass>("", wanted)
            ?? throw ApiErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"no PriorityClass with name {wanted} was found");
        return (wanted, found.Value, found.PreemptionPolicy ?? DefaultPreemption);
    }
}

using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Registry;

/// <summary>Gives a pod its node; a pure change of the pod, made once in its life.</summary>
internal static class PodBinding
{
    /// <summary>The bound pod.</summary>
    /// <param name="stored">The pod.</param>
    /// <param name="binding">The node, and labels and annotations to take over.</param>
    /// <param name="now">The time for its condition.</param>
    /// <exception cref="ApiException">The pod cannot be bound, or not any more.</exception>
    public static IResource Bind(IResource stored, Binding binding, DateTimeOffset now)
    {
        var pod = (Pod)stored;
        if (binding.Metadata.Uid.Length > 0 && binding.Metadata.Uid != pod.Metadata.Uid)
            throw Refuse(pod, $"Precondition failed: UID in precondition: {binding.Metadata.Uid}, UID in object meta: {pod.Metadata.Uid}");
        if (pod.Metadata.DeletionTimestamp is not null)
            throw Refuse(pod, $"pod {pod.Metadata.Name} is being deleted, cannot be assigned to a host");
        if (pod.Spec.NodeName.Length > 0)
            throw Refuse(pod, $"pod {pod.Metadata.Name} is already assigned to node \"{pod.Spec.NodeName}\"");
        if (!pod.Spec.SchedulingGates.IsEmpty)
            throw Refuse(pod, $"pod {pod.Metadata.Name} has non-empty .spec.schedulingGates");
        var scheduled = PodCondition.Empty with { Type = "PodScheduled", Status = "True", LastTransitionTime = now };
        return pod with
        {
            Metadata = pod.Metadata with
            {
                Annotations = pod.Metadata.Annotations.SetItems(binding.Metadata.Annotations),
                Labels = pod.Metadata.Labels.SetItems(binding.Metadata.Labels),
            },
            Spec = pod.Spec with { NodeName = binding.Target.Name },
            Status = pod.Status with
            {
                Conditions = pod.Status.Conditions.Where(condition => condition.Type != scheduled.Type).Append(scheduled).ToValueList(),
            },
        };
    }

    /// <summary>Checks a binding by itself.</summary>
    /// <param name="name">The pod's name.</param>
    /// <param name="binding">The binding.</param>
    /// <exception cref="ApiException">It names no node.</exception>
    public static void Check(string name, Binding binding)
    {
        if (binding.Metadata.Name.Length > 0 && binding.Metadata.Name != name)
            throw ApiErrors.BadRequest("name in URL does not match name in Binding object");
        if (binding.Target.Kind is not ("" or "Node"))
        {
            throw ApiErrors.Invalid(Binding.ResourceType, name, [new FieldError(FieldErrorType.FieldValueNotSupported, "target.kind",
                $"Unsupported value: \"{binding.Target.Kind}\": supported values: \"Node\", \"<empty>\"")]);
        }
        if (binding.Target.Name.Length == 0)
            throw ApiErrors.Invalid(Binding.ResourceType, name, [new FieldError(FieldErrorType.FieldValueRequired, "target.name", "Required value")]);
    }

    private static ApiException Refuse(Pod pod, string problem) => ApiErrors.Conflict("", "pods/binding", pod.Metadata.Name, problem);
}

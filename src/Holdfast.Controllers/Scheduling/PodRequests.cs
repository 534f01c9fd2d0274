using Holdfast.Model.Core;

namespace Holdfast.Controllers.Scheduling;

/// <summary>What pods ask of a node.</summary>
/// <param name="MilliCpu">Thousandths of a processor.</param>
/// <param name="MemoryBytes">Memory in bytes.</param>
/// <param name="Pods">How many pods.</param>
public readonly record struct PodRequests(long MilliCpu, long MemoryBytes, int Pods)
{
    /// <summary>What one pod asks for: its containers together, or its greediest init container if that is more.</summary>
    /// <param name="pod">The pod.</param>
    public static PodRequests Of(Pod pod)
    {
        var (cpu, memory) = (0L, 0L);
        foreach (var container in pod.Spec.Containers)
        {
            var (containerCpu, containerMemory) = Of(container.Resources);
            (cpu, memory) = (cpu + containerCpu, memory + containerMemory);
        }
        var (sidecarCpu, sidecarMemory) = (0L, 0L);
        foreach (var container in pod.Spec.InitContainers)
        {
            var (initCpu, initMemory) = Of(container.Resources);
            if (container.RestartPolicy == "Always")
            {
                (sidecarCpu, sidecarMemory) = (sidecarCpu + initCpu, sidecarMemory + initMemory);
                (cpu, memory) = (cpu + initCpu, memory + initMemory);
            }
            else
            {
                (cpu, memory) = (Math.Max(cpu, sidecarCpu + initCpu), Math.Max(memory, sidecarMemory + initMemory));
            }
        }
        var overheadCpu = pod.Spec.Overhead.TryGetValue("cpu", out var extraCpu) ? extraCpu.ToMilliInt64() : 0;
        var overheadMemory = pod.Spec.Overhead.TryGetValue("memory", out var extraMemory) ? extraMemory.ToInt64() : 0;
        return new(cpu + overheadCpu, memory + overheadMemory, 1);
    }

    /// <summary>The sum of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static PodRequests operator +(PodRequests left, PodRequests right) =>
        new(left.MilliCpu + right.MilliCpu, left.MemoryBytes + right.MemoryBytes, left.Pods + right.Pods);

    /// <summary>The difference of two.</summary>
    /// <param name="left">From this.</param>
    /// <param name="right">This is taken away.</param>
    public static PodRequests operator -(PodRequests left, PodRequests right) =>
        new(left.MilliCpu - right.MilliCpu, left.MemoryBytes - right.MemoryBytes, left.Pods - right.Pods);

    private static (long MilliCpu, long Memory) Of(ResourceRequirements resources) => (
        resources.Requests.TryGetValue("cpu", out var cpu) ? cpu.ToMilliInt64() : 0,
        resources.Requests.TryGetValue("memory", out var memory) ? memory.ToInt64() : 0);
}

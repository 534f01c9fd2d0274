namespace Holdfast.Node.Planning;

/// <summary>What to do for a pod that ends: main containers first and at once, then sidecars from the last to the first, then the rest.</summary>
internal static class EndingPlan
{
    public static IReadOnlyList<PodEffect> Effects(PodObservation observation, PodTermination? termination)
    {
        var grace = termination?.Grace ?? PodTermination.SpecGrace(observation);
        var reason = termination?.Reason ?? "its main containers have ended for good";
        var running = observation.State.Containers.Where(entry => entry.Value.IsRunning)
            .Select(entry => (entry.Key, History: entry.Value, Container: PodContainer.Find(observation.Pod, entry.Key))).ToArray();
        var first = running.Where(each => each.Container is not { Role: ContainerRole.Sidecar }).ToArray();
        if (first.Length > 0)
            return [.. first.SelectMany(each => Stop(observation, each.History, each.Container, grace))];
        if (running.Length > 0)
        {
            var order = PodContainer.InitOf(observation.Pod).Select(container => container.Name).ToList();
            var last = running.MaxBy(each => order.IndexOf(each.Key));
            return [.. Stop(observation, last.History, last.Container, grace)];
        }
        if (!IsReleased(observation))
            return [new PodEffect.Release(reason)];
        return termination is { DeletesObject: true } ? [new PodEffect.DeleteObject(reason)] : [];
    }

    /// <summary>Whether nothing of the pod is left on the node.</summary>
    public static bool IsReleased(PodObservation observation) =>
        !observation.State.HasRunning && observation.State.Sandbox is null && observation.State.Volumes.IsReleased;

    private static IEnumerable<PodEffect> Stop(PodObservation observation, ContainerHistory history, PodContainer? container, TimeSpan grace)
    {
        var id = history.Current!.Id;
        if (history.Stop is { } stop)
        {
            // Grace only ever gets shorter (S3).
            if (grace < stop.Grace)
            {
                var left = grace - (observation.Now - stop.Since);
                yield return new PodEffect.StopContainer(container, id, left > TimeSpan.Zero ? left : TimeSpan.Zero, $"Stopping container {id.Name}");
            }
        }
        else
        {
            yield return new PodEffect.StopContainer(container, id, Left(observation, grace), $"Stopping container {id.Name}");
        }
    }

    // Sidecars share the pod's grace period with the containers before them, yet always get a moment to end in.
    private static TimeSpan Left(PodObservation observation, TimeSpan grace)
    {
        var left = grace - (observation.Now - (observation.State.EndingSince ?? observation.Now));
        var least = grace < LeastGrace ? grace : LeastGrace;
        return left < least ? least : left > grace ? grace : left;
    }

    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);
}

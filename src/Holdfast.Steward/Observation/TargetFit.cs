using Holdfast.Model.Apps;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Observation;

/// <summary>Whether a set has what its Steward names: containers, and ports by their names.</summary>
internal static class TargetFit
{
    /// <summary>What it lacks, in words with the field that names it.</summary>
    public static IEnumerable<string> Problems(MemberSpec member, StatefulSet set)
    {
        const string root = "spec.member";
        var containers = set.Spec.Template.Spec.Containers;
        var names = containers.Select(container => container.Name).ToList();
        var ports = containers.SelectMany(container => container.Ports).Select(port => port.Name).Where(name => name.Length > 0).ToList();
        var calls = new List<(string Path, MemberAction? Action)>
        {
            ($"{root}.drain", member.Drain), ($"{root}.joinLearner", member.JoinLearner), ($"{root}.joinVoter", member.JoinVoter), ($"{root}.promote", member.Promote),
            ($"{root}.remove", member.Remove), ($"{root}.transferLeadership", member.TransferLeadership),
        };
        calls.InsertRange(0, (member.Observe?.Calls ?? default).Select((call, at) => ($"{root}.observe.calls[{at}]", (MemberAction?)call)));
        return new[] { Container($"{root}.container", member.Container), Port($"{root}.port", member.Port) }
            .Concat(calls.SelectMany(call => new[]
            {
                Container($"{call.Path}.exec.container", call.Action?.Exec?.Container ?? ""),
                Port($"{call.Path}.httpGet.port", call.Action?.HttpGet?.Port), Port($"{call.Path}.httpPost.port", call.Action?.HttpPost?.Port),
            }))
            .Where(problem => problem.Length > 0);

        string Container(string path, string name) => name.Length == 0 || names.Contains(name) ? "" : $"{path}: StatefulSet {set.Metadata.Name} has no container {name}; it has {Listed(names)}";

        string Port(string path, IntOrString? port) => port?.Text is not { } name || ports.Contains(name) ? "" : $"{path}: no container of StatefulSet {set.Metadata.Name} has a port {name}; they have {Listed(ports)}";
    }

    private static string Listed(List<string> names) => names.Count == 0 ? "none with a name" : string.Join(", ", names);
}

using System.Text;
using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Values;
using Holdfast.Simulator.Options;
using Holdfast.Steward;

namespace Holdfast.Simulator.Mutants;

/// <summary>A Steward with a known bug, as far as the API can see it: what it writes is bent on its way.</summary>
/// <param name="inner">The way to the server.</param>
/// <param name="mutant">The bug.</param>
internal sealed class MutantSteward(IApiTransport inner, Mutant mutant) : IApiTransport
{
    /// <summary>The transport of a mutant; the same one for those whose bug is elsewhere.</summary>
    public static IApiTransport Around(IApiTransport inner, Mutant mutant) => mutant
        is Mutant.ForgetsGrants or Mutant.SaysReadyTooEarly or Mutant.KeepsOldLabels or Mutant.RoutesToEveryone ? new MutantSteward(inner, mutant) : inner;

    /// <inheritdoc/>
    public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken)
    {
        switch (mutant, call)
        {
            case (Mutant.ForgetsGrants, { Body: StewardResource { Status.Operation.Kind: "Eviction" } steward }):
                return inner.CallAsync(call with { Body = steward with { Status = steward.Status with { Operation = null } } }, cancellationToken);
            case (Mutant.RoutesToEveryone, { Body: Service service }):
                return inner.CallAsync(call with { Body = service with { Spec = service.Spec with { Selector = service.Spec.Selector.Remove(StewardNames.RoleLabel) } } }, cancellationToken);
            case (Mutant.SaysReadyTooEarly, { Body: StewardResource steward, Subresource: "status" }):
                return inner.CallAsync(call with { Body = steward with { Status = steward.Status with { Conditions = Ready(steward.Status.Conditions) } } }, cancellationToken);
            case (Mutant.KeepsOldLabels, { Verb: ApiVerb.Patch, Type.Plural: "pods" }) when TakesLabelAway(call):
                return inner.CallAsync(new ApiCall(ApiVerb.Get, call.Type, call.Namespace, call.Name), cancellationToken);
        }
        return inner.CallAsync(call, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> => inner.ListAsync<T>(query, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> => inner.WatchAsync<T>(query, cancellationToken);

    private static ValueList<Condition> Ready(ValueList<Condition> conditions) => conditions.Select(condition => condition.Type == "Ready" ? condition with { Status = "True" } : condition).ToValueList();

    private static bool TakesLabelAway(ApiCall call)
    {
        var patch = Encoding.UTF8.GetString(call.Patch.Span);
        return patch.Contains($"\"{StewardNames.RoleLabel}\":null", StringComparison.Ordinal) || patch.Contains($"\"{StewardNames.RoleLabel}\":\"follower\"", StringComparison.Ordinal);
    }
}

using System.Collections.Immutable;
using Holdfast.Store;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http.Health;

/// <summary>One thing that has to be well.</summary>
/// <param name="Name">Its name, as paths and answers have it.</param>
/// <param name="Problem">Says what is wrong with it now; null when it is well.</param>
internal sealed record HealthCheck(string Name, Func<string?> Problem);

/// <summary>
/// What <c>/livez</c>, <c>/readyz</c> and <c>/healthz</c> look at, each below its own path too, and how they answer: Kubernetes'
/// parameters and texts (<c>k8s.io/apiserver/pkg/server/healthz</c>). Why a check fails is told to those alone who may read it by its path.
/// </summary>
internal sealed class HealthChecks
{
    private readonly ImmutableArray<HealthCheck> _live;
    private readonly ImmutableArray<HealthCheck> _ready;
    private readonly ImmutableArray<HealthCheck> _healthy;
    private volatile bool _isFurnished;

    /// <summary>Puts the checks together.</summary>
    /// <param name="store">Where objects are kept.</param>
    /// <param name="stopping">Fires when the server is about to stop.</param>
    public HealthChecks(ResourceStore store, CancellationToken stopping)
    {
        HealthCheck ping = new("ping", static () => null);
        HealthCheck kept = new("store", () => store.Failed.IsCompleted ? "the store has stopped after a failed write; the log says why" : null);
        HealthCheck roles = new("poststarthook/rbac/bootstrap-roles", Furnished);
        HealthCheck priorities = new("poststarthook/scheduling/bootstrap-system-priority-classes", Furnished);
        HealthCheck stop = new("shutdown", () => stopping.IsCancellationRequested ? "the server is stopping" : null);
        _live = [ping, kept];
        _healthy = [ping, kept, roles, priorities];
        _ready = [ping, kept, roles, priorities, stop];
    }

    /// <summary>Says that what every cluster begins with is there.</summary>
    public void Furnish() => _isFurnished = true;

    /// <summary>The answer to a path; null when there is no such check.</summary>
    /// <param name="endpoint"><c>livez</c>, <c>readyz</c> or <c>healthz</c>.</param>
    /// <param name="name">The check that is asked for; empty for all.</param>
    /// <param name="query">The parameters.</param>
    public (int Code, string Text)? Answer(string endpoint, string name, IQueryCollection query)
    {
        var checks = endpoint switch { "livez" => _live, "readyz" => _ready, _ => _healthy };
        if (name.Length == 0)
            return Answer(endpoint, checks, query);
        if (checks.FirstOrDefault(check => check.Name == name) is not { } one)
            return null;
        return one.Problem() is { } problem ? (500, $"internal server error: {problem}\n") : (200, "ok");
    }

    private static (int Code, string Text) Answer(string endpoint, ImmutableArray<HealthCheck> checks, IQueryCollection query)
    {
        var excluded = query["exclude"].OfType<string>().ToHashSet(StringComparer.Ordinal);
        var lines = checks.Select(check => (check.Name, IsExcluded: excluded.Contains(check.Name), IsWell: check.Problem() is null)).ToList();
        var text = string.Concat(lines.Select(line => line switch
        {
            { IsExcluded: true } => $"[+]{line.Name} excluded: ok\n",
            { IsWell: true } => $"[+]{line.Name} ok\n",
            _ => $"[-]{line.Name} failed: reason withheld\n",
        }));
        var unknown = excluded.Except(checks.Select(check => check.Name)).Order(StringComparer.Ordinal).Select(name => $"\"{name}\"").ToList();
        if (unknown.Count > 0)
            text += $"warn: some health checks cannot be excluded: no matches for {string.Join(",", unknown)}\n";
        if (lines.Exists(line => line is { IsExcluded: false, IsWell: false }))
            return (500, $"{text}{endpoint} check failed\n");
        return (200, query.ContainsKey("verbose") ? $"{text}{endpoint} check passed\n" : "ok");
    }

    private string? Furnished() => _isFurnished ? null : "not finished";
}

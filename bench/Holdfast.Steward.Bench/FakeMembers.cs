using System.Collections.Immutable;
using System.Net;
using Holdfast.Model.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Steward.Bench;

/// <summary>Answers for the members of many ledgers whose pods run nothing: by the address that is asked it knows who is meant. Each set's first member leads.</summary>
internal sealed class FakeMembers : IAsyncDisposable
{
    /// <summary>Where it listens, on every address of this machine.</summary>
    internal const int Port = 18_080;

    private readonly WebApplication _web;
    private volatile ImmutableDictionary<string, (string Set, int Ordinal, int Count)> _members = ImmutableDictionary<string, (string, int, int)>.Empty;

    private FakeMembers()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, Port));
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    internal static async Task<FakeMembers> StartAsync(CancellationToken cancellationToken)
    {
        var members = new FakeMembers();
        await members._web.StartAsync(cancellationToken);
        return members;
    }

    /// <summary>Says which pods there are.</summary>
    internal void Know(IEnumerable<Pod> pods) => _members = pods.Where(pod => pod.Status.PodIP.Length > 0)
        .GroupBy(pod => pod.Metadata.Name[..pod.Metadata.Name.LastIndexOf('-')], StringComparer.Ordinal)
        .SelectMany(set => set.Select((pod, ordinal) => (pod.Status.PodIP, Member: (set.Key, ordinal, set.Count()))))
        .ToImmutableDictionary(pair => pair.PodIP, pair => pair.Member, StringComparer.Ordinal);

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        if (http.Connection.LocalIpAddress is not { } address || !_members.TryGetValue(address.MapToIPv4().ToString(), out var member))
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
        var (set, ordinal, count) = member;
        return http.Request.Path.Value == "/v1/members"
            ? http.Response.WriteAsJsonAsync(new
            {
                clusterId = set,
                leader = $"{set}-0",
                term = 3,
                members = Enumerable.Range(0, count).Select(each => new { id = $"{set}-id-{each}", name = $"{set}-{each}", isVoter = true }),
            })
            : http.Response.WriteAsJsonAsync(new
            {
                member = $"{set}-{ordinal}",
                memberId = $"{set}-id-{ordinal}",
                clusterId = set,
                role = ordinal == 0 ? "leader" : "follower",
                term = 3,
                leader = $"{set}-0",
                // It grows as that of a system in use does.
                appliedLogIndex = Environment.TickCount64,
                commit = Environment.TickCount64,
                ready = true,
                version = "2.9.0",
                dataFormat = 9,
                readsFormatsTo = 9,
                migrationBacklog = 0,
                diskFreeBytes = 1_000_000_000_000,
            });
    }
}

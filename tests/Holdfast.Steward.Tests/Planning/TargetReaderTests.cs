using Holdfast.Client;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Steward.Plans;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>What is asked about and is not there is named, with the place where it was looked for.</summary>
public sealed class TargetReaderTests
{
    private readonly TargetReader _reader = new(new KubernetesClient(new OneNode(), "test"), TimeProvider.System);

    [Fact]
    public async Task A_node_that_is_not_there_is_an_error()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => _reader.ReadOnAsync("default", "node-9", TestContext.Current.CancellationToken));
        Assert.Equal((404, "there is no node node-9; kubectl get nodes lists those that there are"), (error.Code, error.Message));
        Assert.Empty(await _reader.ReadOnAsync("default", "node-1", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_Steward_that_is_not_there_is_named_with_its_namespace()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => _reader.ReadAsync("team-a", "web", TestContext.Current.CancellationToken));
        Assert.Equal((404, "stewards \"web\" not found in namespace team-a"), (error.Code, error.Message));
    }

    private sealed class OneNode : IApiTransport
    {
        public Task<ApiAnswer> CallAsync(ApiCall call, CancellationToken cancellationToken) => call is { Type.Plural: "nodes", Name: "node-1" }
            ? Task.FromResult(new ApiAnswer(new Node { Metadata = new() { Name = "node-1" } }, null))
            : throw new ApiException(Status.Empty with
            {
                Code = 404,
                Reason = "NotFound",
                Message = $"{call.Type.Plural} \"{call.Name}\" not found",
                Details = StatusDetails.Empty with { Name = call.Name },
            });

        public Task<ResourceList<T>> ListAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            Task.FromResult(new ResourceList<T>(ListMeta.Empty, []));

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ListQuery query, CancellationToken cancellationToken) where T : class, IResource<T> =>
            throw new NotSupportedException("nobody watches here");
    }
}

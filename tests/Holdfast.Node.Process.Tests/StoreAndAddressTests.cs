using Holdfast.Node.Process.Addresses;
using Holdfast.Node.Process.Images;
using Holdfast.Node.Runtime;

namespace Holdfast.Node.Process.Tests;

/// <summary>The image store and the addresses, both kept on disk; and the runtime that runs nothing.</summary>
public sealed class StoreAndAddressTests : IDisposable
{
    private static readonly ImageEntry BuiltIn = new() { Reference = "example/ledger-store:2.8.1", Entrypoint = ["true"], IsBuiltIn = true };

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-store-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_added_image_is_found_by_another_store_and_gone_after_its_removal()
    {
        LocalImageStore store = new(_folder, [BuiltIn]);
        store.Add(new ImageEntry { Reference = "docker.io/library/nginx", Entrypoint = ["sleep"], Arguments = ["1"] });
        LocalImageStore other = new(_folder, [BuiltIn]);
        Assert.Equal(["sleep"], (await other.ResolveAsync("nginx:latest", Token)).Entrypoint);
        Assert.Equal(3, (await other.ListAsync(Token)).Count);
        other.Remove("nginx");
        await Assert.ThrowsAsync<ImageNotFoundException>(() => store.ResolveAsync("nginx", Token));
    }

    [Fact]
    public async Task A_missing_image_says_how_to_add_it_and_a_built_in_one_stays()
    {
        LocalImageStore store = new(_folder, [BuiltIn]);
        ImageNotFoundException missing = await Assert.ThrowsAsync<ImageNotFoundException>(() => store.ResolveAsync("redis:7", Token));
        Assert.Contains("holdfast image add redis:7", missing.Message, StringComparison.Ordinal);
        Assert.Contains("example/ledger-store:2.8.1", missing.Message, StringComparison.Ordinal);
        Assert.Equal(RuntimeErrorKind.Conflict, Assert.Throws<RuntimeException>(() => store.Remove("example/ledger-store:2.8.1")).Kind);
    }

    [Theory]
    [InlineData("a b", "true", "not an image's name")]
    [InlineData("Example/App:1", "true", "not an image's name")]
    [InlineData("example/app:1", "/nowhere/at-all", "its program /nowhere/at-all is not there")]
    [InlineData("example/app:1", "no-such-program", "its program no-such-program is not there")]
    public void An_image_that_could_never_run_is_refused_when_it_is_added(string reference, string program, string said)
    {
        LocalImageStore store = new(_folder, [BuiltIn]);
        RuntimeException refused = Assert.Throws<RuntimeException>(() => store.Add(new ImageEntry { Reference = reference, Entrypoint = [program] }));
        Assert.Equal(RuntimeErrorKind.Invalid, refused.Kind);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_are_remembered_and_a_freed_one_comes_last()
    {
        string file = Path.Combine(_folder, "addresses.json");
        AddressAllocator first = AddressAllocator.Open(file, "127.21");
        Assert.Equal(("127.21.0.1", "127.21.0.2"), (first.Allocate("a", null), first.Allocate("b", null)));
        first.Release("a");
        AddressAllocator second = AddressAllocator.Open(file, "127.21");
        Assert.Equal(("127.21.0.2", "127.21.0.3"), (second.Allocate("b", null), second.Allocate("c", null)));
        Assert.Equal("127.21.0.1", second.Allocate("d", "127.21.0.1"));
        Assert.Equal(RuntimeErrorKind.Conflict, Assert.Throws<RuntimeException>(() => second.Allocate("e", "127.21.0.2")).Kind);
        Assert.Equal(RuntimeErrorKind.Invalid, Assert.Throws<RuntimeException>(() => second.Allocate("e", "10.0.0.1")).Kind);
    }

    [Fact]
    public async Task The_fake_runtime_runs_at_once_and_ends_when_told()
    {
        FakeContainerRuntime fake = new(TimeProvider.System);
        PodSandboxSpec pod = new() { Namespace = "default", Name = "web-0", Uid = "u", Hostname = "web-0", LogDirectory = _folder };
        await fake.EnsureSandboxAsync(pod, Token);
        ContainerSpec spec = new() { Id = new ContainerId("u", "app", 0), Image = await fake.Images.ResolveAsync("any", Token), LogFile = "app/0.log" };
        Assert.Equal(ContainerState.Running, (await fake.StartContainerAsync(spec, Token)).State);
        Task<ContainerStatus> end = fake.WaitExitAsync(spec.Id, Token);
        Assert.False(end.IsCompleted);
        await Assert.ThrowsAsync<RuntimeException>(() => fake.RemoveSandboxAsync("u", Token));
        fake.ExitWith(spec.Id, 3);
        Assert.Equal(3, (await end).Exit!.Code);
        await fake.RemoveSandboxAsync("u", Token);
        Assert.Empty(await fake.ListAsync(Token));
    }
}

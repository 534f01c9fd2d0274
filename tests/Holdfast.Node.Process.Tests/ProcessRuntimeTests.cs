using Holdfast.Node.Process.Images;
using Holdfast.Node.Runtime;
using Holdfast.Platform;

namespace Holdfast.Node.Process.Tests;

/// <summary>The process runtime, as far apart from the machine as this machine allows.</summary>
public sealed class ProcessRuntimeConformance : RuntimeConformance
{
    protected override async Task<IContainerRuntime> OpenRuntimeAsync(string folder) =>
        await ProcessRuntime.OpenAsync(Options(folder), TimeProvider.System, ProcessRuntimeConformance.Tasks, TestContext.Current.CancellationToken);

    internal static ITaskRunner Tasks { get; } = new ThreadPoolTaskRunner(
        fault => Environment.FailFast($"the loop {fault.Name} ended: {fault.Exception}"));

    internal static ProcessRuntimeOptions Options(string folder) => new()
    {
        Folder = Path.Combine(folder, "node"),
        Images = new LocalImageStore(Path.Combine(folder, "images"), []),
    };
}

/// <summary>The process runtime where the machine allows no namespaces.</summary>
public sealed class FallbackRuntimeConformance : RuntimeConformance
{
    protected override async Task<IContainerRuntime> OpenRuntimeAsync(string folder) => await ProcessRuntime.OpenAsync(
        ProcessRuntimeConformance.Options(folder) with { MayIsolate = false }, TimeProvider.System, ProcessRuntimeConformance.Tasks, TestContext.Current.CancellationToken);
}

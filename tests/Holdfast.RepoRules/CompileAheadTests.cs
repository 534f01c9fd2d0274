using System.Diagnostics;

namespace Holdfast.RepoRules;

/// <summary>What build/CompileAhead.targets leaves in a program's folder, with a compiler of our own that notes what it was given.</summary>
public sealed class CompileAheadTests : IDisposable
{
    private const string Compiler = """
        #!/bin/bash
        echo "$1" >>"$(dirname "$0")/calls"
        { printf 'ahead of '; cat "$1"; } >"$3"
        """;

    private const string Project = """
        <Project DefaultTargets="Build">
          <PropertyGroup>
            <CompileAhead>true</CompileAhead>
            <NETCoreSdkRuntimeIdentifier>linux-x64</NETCoreSdkRuntimeIdentifier>
            <BundledNETCoreAppPackageVersion>1</BundledNETCoreAppPackageVersion>
            <NuGetPackageRoot>$(MSBuildProjectDirectory)/packages/</NuGetPackageRoot>
            <NetCoreTargetingPackRoot>$(MSBuildProjectDirectory)/packs</NetCoreTargetingPackRoot>
            <IntermediateOutputPath>obj/</IntermediateOutputPath>
            <OutDir>$(MSBuildProjectDirectory)/out/</OutDir>
          </PropertyGroup>
          <Target Name="Build" />
          <Import Project="build/CompileAhead.targets" />
        </Project>
        """;

    private static readonly DateTime Compiled = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ScriptFolder _folder = new("holdfast");

    public void Dispose() => _folder.Dispose();

    // A build copies every assembly there again, unchanged ones too, as what lies there differs from what it made.
    [Fact]
    public async Task Each_build_leaves_compiled_assemblies_and_compiles_only_what_changed()
    {
        const string Tools = "packages/microsoft.netcore.app.crossgen2.linux-x64/1/tools";
        _folder.Program($"{Tools}/crossgen2", Compiler);
        _folder.Write("build/CompileAhead.targets", Repository.Find("build/CompileAhead.targets")!.Text);
        _folder.Write("program.proj", Project);
        Copied("a.dll", "first", Compiled);
        Copied("b.dll", "first", Compiled);
        await BuildAsync();
        Assert.Equal(("ahead of first", "ahead of first", 2), Found());

        Copied("a.dll", "first", Compiled);
        Copied("b.dll", "second", DateTime.UtcNow.AddSeconds(1));
        await BuildAsync();
        Assert.Equal(("ahead of first", "ahead of second", 3), Found());

        (string A, string B, int Calls) Found() =>
            (File.ReadAllText(_folder.At("out/a.dll")), File.ReadAllText(_folder.At("out/b.dll")), File.ReadAllLines(_folder.At($"{Tools}/calls")).Length);
    }

    private void Copied(string name, string text, DateTime written)
    {
        _folder.Write($"out/{name}", text);
        File.SetLastWriteTimeUtc(_folder.At($"out/{name}"), written);
    }

    private async Task BuildAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", _folder.At("program.proj"), "-nologo", "-v:quiet", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
    }
}

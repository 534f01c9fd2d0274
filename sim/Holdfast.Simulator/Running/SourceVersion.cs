using System.Reflection;

namespace Holdfast.Simulator.Running;

/// <summary>Which sources the simulator was built from: a seed means the same only with the same ones.</summary>
internal static class SourceVersion
{
    /// <summary>The commit, as the build noted it.</summary>
    public static string Text => typeof(SourceVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(each => each.Key == "Commit")?.Value is { Length: > 0 } commit
        ? $"commit {commit}"
        : $"build {typeof(SourceVersion).Assembly.ManifestModule.ModuleVersionId:N}";
}

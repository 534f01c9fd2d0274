namespace Holdfast.Model.Core;

/// <summary>What the author of a pod should be warned of.</summary>
internal static class PodWarnings
{
    public static void AddForTemplate(PodTemplateSpec template, PodTemplateSpec? old, List<string> warnings)
    {
    }
}

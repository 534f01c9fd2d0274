namespace Holdfast.Steward.Running;

/// <summary>The definition of the kind <c>Steward</c>, as it is in <c>deploy/crds</c>.</summary>
public static class StewardDefinition
{
    /// <summary>The definition's name.</summary>
    public const string Name = "stewards.holdfast.dev";

    /// <summary>The definition as YAML, in UTF-8.</summary>
    public static byte[] Yaml()
    {
        using var stream = typeof(StewardDefinition).Assembly.GetManifestResourceStream(Name + ".yaml")
            ?? throw new InvalidOperationException($"{Name}.yaml was not built into {typeof(StewardDefinition).Assembly.GetName().Name}");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}

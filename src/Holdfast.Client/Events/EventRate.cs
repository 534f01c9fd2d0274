namespace Holdfast.Client.Events;

/// <summary>How much may be said about one object.</summary>
/// <param name="Burst">How many notes at once.</param>
/// <param name="RefillInterval">After how long one more.</param>
public sealed record EventRate(int Burst, TimeSpan RefillInterval)
{
    /// <summary>Kubernetes' own numbers (client-go, tools/record).</summary>
    public static EventRate Default { get; } = new(25, TimeSpan.FromMinutes(5));
}

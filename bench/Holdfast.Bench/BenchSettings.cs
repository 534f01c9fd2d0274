namespace Holdfast.Bench;

/// <summary>How much is measured.</summary>
/// <param name="Runs">How many starts.</param>
/// <param name="CreateTime">How long creates are counted, for each number of connections.</param>
/// <param name="Image">The image of pods.</param>
internal sealed record BenchSettings(int Runs, TimeSpan CreateTime, string Image);

namespace Holdfast.Bench;

/// <summary>How much is measured.</summary>
/// <param name="Runs">How many starts.</param>
/// <param name="LoadTime">How long each sort of request is counted.</param>
/// <param name="Image">The image of pods.</param>
/// <param name="Program">The program that is measured.</param>
internal sealed record BenchSettings(int Runs, TimeSpan LoadTime, string Image, string Program);

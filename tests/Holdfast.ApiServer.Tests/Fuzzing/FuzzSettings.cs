using System.Globalization;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>How long the fuzz tests run and from which seed: <c>HOLDFAST_FUZZ_SECONDS</c> and <c>HOLDFAST_FUZZ_SEED</c>.</summary>
internal static class FuzzSettings
{
    public static TimeSpan Duration(int seconds) =>
        TimeSpan.FromSeconds(Number("HOLDFAST_FUZZ_SECONDS") is { } asked ? asked : seconds);

    public static long Seed => Number("HOLDFAST_FUZZ_SEED") ?? 1;

    private static long? Number(string name) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

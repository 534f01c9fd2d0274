using System.Diagnostics;
using System.Globalization;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>
/// How far the fuzz tests go and from which seed. Unless <c>HOLDFAST_FUZZ_SECONDS</c> says for how long, each tries a fixed number of cases, so that
/// every machine tries the same ones; <c>HOLDFAST_FUZZ_SEED</c> draws others.
/// </summary>
internal static class FuzzSettings
{
    public static long Seed => Number("HOLDFAST_FUZZ_SEED") ?? 1;

    /// <summary>Whether a case is still to be tried.</summary>
    /// <param name="number">The case's number, from one.</param>
    /// <param name="cases">How many are tried unless a time is set.</param>
    /// <param name="begun">Runs since the first case.</param>
    public static bool Wants(int number, int cases, Stopwatch begun) =>
        Number("HOLDFAST_FUZZ_SECONDS") is { } seconds ? begun.Elapsed < TimeSpan.FromSeconds(seconds) : number <= cases;

    private static long? Number(string name) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

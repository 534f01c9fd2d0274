using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>One wrong request: a right one and the seeds of what was done to it.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Number">Which request of the run.</param>
internal sealed record FuzzCase(long Seed, int Number)
{
    private const int MaximumMutations = 5;

    /// <summary>The seeds of the mutations, in order.</summary>
    public ImmutableArray<ulong> Steps { get; init; } = [];

    public int Origin { get; init; }

    public FuzzRequest Request => Steps.Aggregate(ValidRequests.All[Origin], (request, step) => Mutations.Apply(request, new SeededChance(step)));

    public static FuzzCase Draw(long seed, int number)
    {
        var chance = new SeededChance(((ulong)seed << 32) ^ (ulong)number);
        return new FuzzCase(seed, number)
        {
            Origin = chance.Next(ValidRequests.All.Length),
            Steps = [.. Enumerable.Range(0, 1 + chance.Next(MaximumMutations)).Select(_ => chance.NextUInt64())],
        };
    }

    /// <summary>The same with as few mutations as still fail.</summary>
    public async Task<FuzzCase> MinimisedAsync(Func<FuzzCase, Task<bool>> fails)
    {
        var smallest = this;
        for (var at = 0; at < smallest.Steps.Length;)
        {
            var smaller = smallest with { Steps = smallest.Steps.RemoveAt(at) };
            if (smaller.Steps.Length > 0 && await fails(smaller))
                smallest = smaller;
            else
                at++;
        }
        return smallest;
    }

    public string Describe(string problem) => string.Create(CultureInfo.InvariantCulture,
        $"{problem}\n  seed {Seed}, request {Number}, {Steps.Length} mutations of {ValidRequests.All[Origin].Method} {ValidRequests.All[Origin].Target}\n  {Request.ToCurl()}");
}

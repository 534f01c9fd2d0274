using System.Numerics;

namespace Holdfast.Platform;

/// <summary>
/// A deterministic generator: xoshiro256** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators"),
/// its state filled from the seed by SplitMix64. Not for secrets, and not for use from several threads at once.
/// </summary>
public sealed class SeededChance : Chance
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts the sequence that belongs to a seed.</summary>
    /// <param name="seed">Any number; equal seeds give equal sequences.</param>
    public SeededChance(ulong seed)
    {
        Seed = seed;
        var state = seed;
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    /// <summary>The seed that this sequence began with, to print on failure.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public override ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>
    /// Splits off an independent sequence, so that one part's number of draws does not move another part's results.
    /// </summary>
    public SeededChance Fork() => new(NextUInt64());

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}

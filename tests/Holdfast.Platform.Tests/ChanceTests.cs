using System.Text.RegularExpressions;

namespace Holdfast.Platform.Tests;

public sealed partial class ChanceTests
{
    public static TheoryData<IChance> Sources => [new SeededChance(7), new SystemChance()];

    [Fact]
    public void Equal_seeds_give_equal_sequences_and_other_seeds_others()
    {
        Assert.Equal(Draw(new SeededChance(42)), Draw(new SeededChance(42)));
        Assert.NotEqual(Draw(new SeededChance(42)), Draw(new SeededChance(43)));
    }

    [Fact]
    public void The_sequence_of_a_seed_never_changes_between_versions()
    {
        // Published seeds must replay for ever: SplitMix64(0) is known, and xoshiro256** is computed from it here.
        ulong[] state = [0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec];
        var expected = System.Numerics.BitOperations.RotateLeft(state[1] * 5, 7) * 9;
        Assert.Equal(expected, new SeededChance(0).NextUInt64());
    }

    [Theory, MemberData(nameof(Sources), DisableDiscoveryEnumeration = true)]
    public void Draws_stay_in_their_bounds_and_reach_all_of_them(IChance chance)
    {
        var seen = new HashSet<int>();
        for (var i = 0; i < 1000; i++)
        {
            seen.Add(chance.Next(6));
            Assert.InRange(chance.NextDouble(), 0, 0.9999999999999999);
        }
        Assert.Equal([0, 1, 2, 3, 4, 5], seen.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => chance.Next(0));
    }

    [Theory, MemberData(nameof(Sources), DisableDiscoveryEnumeration = true)]
    public void A_uid_is_a_version_4_uuid(IChance chance)
    {
        for (var i = 0; i < 100; i++)
            Assert.Matches(VersionFour(), chance.NewUid());
        Assert.NotEqual(chance.NewUid(), chance.NewUid());
    }

    [Theory, MemberData(nameof(Sources), DisableDiscoveryEnumeration = true)]
    public void A_suffix_uses_the_safe_alphabet_only(IChance chance)
    {
        Assert.Matches("^[bcdfghjklmnpqrstvwxz2456789]{500}$", chance.Suffix(500));
        Assert.Equal("", chance.Suffix(0));
    }

    private static ulong[] Draw(SeededChance chance) => [.. Enumerable.Range(0, 20).Select(_ => chance.NextUInt64())];

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex VersionFour();
}

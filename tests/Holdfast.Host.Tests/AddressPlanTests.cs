using Holdfast.Testing;

namespace Holdfast.Host.Tests;

/// <summary>Which loopback addresses a new cluster takes, and whose they stay.</summary>
public sealed class AddressPlanTests : IDisposable
{
    private const int Folders = 12;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Of folders that all begin at one slot each takes that one, when the one before has let go of it.
    [Fact]
    public void New_clusters_do_not_all_take_the_addresses_of_one_that_is_stopped()
    {
        var begin = Enumerable.Range(0, Folders).Select(number => AddressPlan.First(_folder[$"{number}"])).ToHashSet();
        Assert.True(begin.Count > 3, $"the searches of {Folders} folders begin at the slots {string.Join(", ", begin)}");
        var atFirst = Enumerable.Range(0, Folders).Count(number => Claimed(number) == AddressPlan.First(_folder[$"{number}"]));
        Assert.True(atFirst > 0, $"none of {Folders} folders got the slot at which its search begins");
    }

    [Fact]
    public void A_cluster_keeps_its_addresses_over_restarts()
    {
        var first = Claimed(0);
        Assert.Equal(first, Claimed(0));
    }

    [Fact]
    public void Two_clusters_at_once_have_two_slots_and_one_that_finds_its_own_taken_is_refused()
    {
        using var one = AddressPlan.Claim(Directory.CreateDirectory(_folder["one"]).FullName);
        using var other = AddressPlan.Claim(Directory.CreateDirectory(_folder["other"]).FullName);
        Assert.NotEqual(one.Slot, other.Slot);
        Assert.NotEqual(one.Dns, other.Dns);
        var refusal = Assert.Throws<ClusterException>(() => AddressPlan.Claim(_folder["one"]));
        Assert.Contains("in use by another cluster on this machine", refusal.Message, StringComparison.Ordinal);
    }

    private int Claimed(int number)
    {
        using var plan = AddressPlan.Claim(Directory.CreateDirectory(_folder[$"{number}"]).FullName);
        return plan.Slot;
    }
}

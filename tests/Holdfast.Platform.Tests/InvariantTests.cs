namespace Holdfast.Platform.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_invariant_names_itself_and_says_what_was_found()
    {
        var found = 3;
        var broken = Assert.Throws<InvariantBrokenException>(
            () => Invariant.Holds(found > 4, "A2", $"the revision went back to {found}"));
        Assert.Equal("A2", broken.Name);
        Assert.Equal("invariant A2 is broken: the revision went back to 3", broken.Message);
    }

    [Fact]
    public void Nothing_is_built_and_nothing_allocated_while_it_holds()
    {
        Check(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Check(i);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Check(int number) => Invariant.Holds(number >= 0, "positive", $"it is {Fail()} {number:x}");
        static string Fail() => throw new InvalidOperationException("the message was built");
    }
}

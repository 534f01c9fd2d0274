using LedgerStore.Storage;

namespace LedgerStore.Tests.Storage;

/// <summary>Why a data folder cannot be used is told as it is.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_that_is_held_names_its_holder()
    {
        using var held = DataFolder.Hold(folder.Path);
        var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Hold(folder.Path));
        Assert.Contains($"is held by process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_disk_is_not_taken_for_a_holder()
    {
        // A process of long ago has noted itself, and the lock cannot be opened for a reason of its own.
        File.WriteAllText(Path.Combine(folder.Path, "HOLDER"), "1");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "LOCK"), "LOCK");
        var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Hold(folder.Path));
        Assert.DoesNotContain("held by", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Too many levels of symbolic links", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_is_read_only_is_called_so()
    {
        if (!Environment.IsPrivilegedProcess || await SmallVolume.MountAsync(folder.Path, "1m") != 0)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("no small volume can be mounted here");
            return;
        }
        try
        {
            DataFolder.Hold(folder.Path).Dispose();
            Assert.Equal(0, await SmallVolume.MakeReadOnlyAsync(folder.Path));
            var refusal = Assert.Throws<DataFolderException>(() => DataFolder.Hold(folder.Path));
            Assert.DoesNotContain("held by", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("mounted read-only: mount it writable", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Assert.Equal(0, await SmallVolume.UnmountAsync(folder.Path));
        }
    }

    [Theory]
    [InlineData(5, "the disk failed")]
    [InlineData(28, "grow the volume")]
    [InlineData(30, "mounted read-only")]
    [InlineData(36, "name another folder")]
    public void Each_error_comes_with_what_to_do(int errno, string word) =>
        Assert.Contains(word, DataFolder.AdviceOn(new IOException("", errno)), StringComparison.Ordinal);
}

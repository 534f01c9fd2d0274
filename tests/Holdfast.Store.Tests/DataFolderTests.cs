using System.Globalization;

namespace Holdfast.Store.Tests;

public sealed class DataFolderTests : IAsyncDisposable
{
    private readonly StoreFixture _fixture = new();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_second_holder_is_refused_with_the_first_ones_process_and_command()
    {
        using var child = CrashTests.StartChild(_fixture.Folder.Path, 7);
        try
        {
            Assert.StartsWith("open", await child.StandardOutput.ReadLineAsync(StoreFixture.Token), StringComparison.Ordinal);
            var refused = Assert.Throws<DataFolderInUseException>(() => DataFolder.Acquire(_fixture.Folder.Path, "holdfast up"));
            Assert.Equal((child.Id, "crash child 7"), (refused.ProcessId, refused.CommandLine));
            Assert.Contains($"process {child.Id} (crash child 7)", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync(StoreFixture.Token);
        }
        Assert.Equal(child.Id.ToString(CultureInfo.InvariantCulture), File.ReadLines(_fixture.Folder["holder"]).First());
        using var taken = DataFolder.Acquire(_fixture.Folder.Path, "holdfast up");
        Assert.Equal(_fixture.Folder.Path, taken.Path);
    }

    [Fact]
    public void A_folder_that_was_let_go_can_be_taken_again()
    {
        var folder = _fixture.Folder["deeper/data"];
        DataFolder.Acquire(folder, "first").Dispose();
        using var second = DataFolder.Acquire(folder, "second");
        var refused = Assert.Throws<DataFolderInUseException>(() => DataFolder.Acquire(folder, "third"));
        Assert.Equal("second", refused.CommandLine);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said_so()
    {
        File.WriteAllText(_fixture.Folder["file"], "");
        var refused = Assert.Throws<StoreUnavailableException>(() => DataFolder.Acquire(_fixture.Folder["file/data"], "x"));
        Assert.Contains(_fixture.Folder["file/data"], refused.Message, StringComparison.Ordinal);
    }
}

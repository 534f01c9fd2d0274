using System.Text;
using Holdfast.Client.Streaming;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Tests.Actions;

/// <summary>What a command writes becomes a value as a shell would take it.</summary>
public sealed class CommandOutputTests
{
    [Theory]
    [InlineData("2.9.0\n", "2.9.0")]
    [InlineData("2.9.0\r\n", "2.9.0")]
    [InlineData("one\ntwo \n\n", "one\ntwo ")]
    [InlineData("", "")]
    public async Task The_end_of_the_last_line_is_no_part_of_it(string written, string taken)
    {
        using var api = new HttpClient();
        using var door = new MemberDoor(MemberRoute.Direct, api, new Writes(written), TimeProvider.System);
        var outcome = await door.SendAsync(new MemberPlace("default", "web-0", "127.0.0.1"), new ExecActionRequest(["version"]) { Timeout = TimeSpan.FromSeconds(30) }, TestContext.Current.CancellationToken);
        Assert.Equal(taken, outcome.Response!.Text);
    }

    private sealed class Writes(string text) : IPodCommands
    {
        public Task<PodCommandResult> RunAsync(PodCommand command, CancellationToken cancellationToken) =>
            Task.FromResult(new PodCommandResult(0, Encoding.UTF8.GetBytes(text), default));
    }
}

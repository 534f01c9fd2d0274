using System.IO.Pipelines;
using System.Text;
using Holdfast.Node.Logs;
using Holdfast.Testing;

namespace Holdfast.Node.Tests.Logs;

/// <summary>Parts of logs, read from real files.</summary>
public sealed class LogReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private bool _isRunning;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_lose_their_frame_and_parts_are_put_together()
    {
        Write("0.log", Line(1, 'F', "one"), Line(2, 'P', "tw"), Line(3, 'F', "o"));
        Assert.Equal("one\ntwo\n", await ReadAsync(Request));
    }

    [Fact]
    public async Task Older_parts_come_first_and_the_tail_is_taken_over_all_of_them()
    {
        Write("0.log.2", Line(1, 'F', "one"));
        Write("0.log.1", Line(2, 'F', "two"));
        Write("0.log", Line(3, 'F', "three"));
        Assert.Equal("one\ntwo\nthree\n", await ReadAsync(Request));
        Assert.Equal("two\nthree\n", await ReadAsync(Request with { TailLines = 2 }));
        Assert.Equal("", await ReadAsync(Request with { TailLines = 0 }));
    }

    [Fact]
    public async Task Times_are_shown_and_selected_by()
    {
        Write("0.log", Line(1, 'F', "one"), Line(2, 'F', "two"));
        Assert.Equal("2026-01-01T00:00:02.5Z two\n", await ReadAsync(Request with
        {
            Timestamps = true,
            SinceTime = new DateTimeOffset(2026, 1, 1, 0, 0, 2, TimeSpan.Zero),
        }));
    }

    [Fact]
    public async Task No_more_bytes_come_than_were_asked_for()
    {
        Write("0.log", Line(1, 'F', "one"), Line(2, 'F', "two"));
        Assert.Equal("one\ntw", await ReadAsync(Request with { LimitBytes = 6 }));
    }

    [Fact]
    public async Task Following_goes_on_until_the_container_has_ended_and_misses_nothing()
    {
        _isRunning = true;
        Write("0.log", Line(1, 'F', "one"));
        var reading = ReadAsync(Request with { Follow = true });
        Write("0.log", Line(2, 'F', "two"));
        Assert.False(reading.IsCompleted);
        Write("0.log", Line(3, 'F', "three"));
        _isRunning = false;
        Assert.Equal("one\ntwo\nthree\n", await reading);
    }

    private static NodeLogRequest Request { get; } = new("uid", "app");

    private static string Line(int second, char kind, string text) => $"2026-01-01T00:00:{second:00}.5Z stdout {kind} {text}\n";

    private void Write(string name, params string[] lines) => File.AppendAllText(_folder[name], string.Concat(lines));

    private async Task<string> ReadAsync(NodeLogRequest request)
    {
        var pipe = new Pipe();
        var reader = new LogReader(_folder["0.log"], request, () => _isRunning, TimeProvider.System);
        var copying = CopyAsync(reader, pipe.Writer);
        using var text = new StreamReader(pipe.Reader.AsStream(), Encoding.UTF8);
        var all = await text.ReadToEndAsync(TestContext.Current.CancellationToken);
        await copying;
        return all;
    }

    private static async Task CopyAsync(LogReader reader, PipeWriter output)
    {
        await reader.CopyAsync(output, TestContext.Current.CancellationToken);
        await output.CompleteAsync();
    }
}

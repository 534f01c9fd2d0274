using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Testing;

namespace Holdfast.EndToEnd.Programs;

/// <summary>A program that runs as a process of its own; what it says is read as it comes. It does not outlive its holder.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private readonly string _command;

    private RunningProgram(Process process, string command)
    {
        (_process, _command) = (process, command);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public static RunningProgram Start(string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        string[] words = [.. arguments];
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new RunningProgram(Process.Start(start)!, $"{Path.GetFileName(program)} {string.Join(' ', words)}");
    }

    /// <summary>Waits until it has said a text, or fails when it ends without.</summary>
    public async Task SaysAsync(string text, TimeSpan? deadline = null)
    {
        await Eventually.HoldsAsync(
            $"\"{_command}\" says \"{text}\"",
            () => Output.Contains(text, StringComparison.Ordinal) || (HasExited && _reading.IsCompleted),
            deadline ?? Patience.Usual, TestContext.Current.CancellationToken);
        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"\"{_command}\" ended without saying \"{text}\":\n{Output}{Errors}");
    }

    public async Task WriteAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    /// <summary>Sends a signal by its name, such as TERM.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<Outcome> EndsAsync(TimeSpan? deadline = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(deadline ?? Patience.Usual);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"\"{_command}\" did not end within {(deadline ?? Patience.Usual).TotalSeconds:0} s:\n{Output}{Errors}");
        }
        return new(_command, _process.ExitCode, Output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            lock (text)
                text.Append(buffer, 0, count);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}

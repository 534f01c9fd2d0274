namespace Holdfast.EndToEnd.Programs;

/// <summary>How a program ended and what it said.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Errors)
{
    /// <summary>What it said, when it ended well.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Command} ended with exit code {ExitCode}:\n{Output}{Errors}");
        return Output;
    }

    /// <summary>The one line by which it refused, without a stack trace or anything else.</summary>
    public string Refused(int exitCode = 1)
    {
        Assert.True(ExitCode == exitCode, $"{Command} ended with exit code {ExitCode} instead of {exitCode}:\n{Output}{Errors}");
        return Assert.Single(Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public override string ToString() => $"{Command} ended with exit code {ExitCode}:\n{Output}{Errors}";
}

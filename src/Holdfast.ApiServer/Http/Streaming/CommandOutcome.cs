using System.Globalization;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Http.Streaming;

/// <summary>How a command in a container ended, in the words that kubectl makes its own exit code from.</summary>
internal static class CommandOutcome
{
    /// <summary>The Status of an exit code.</summary>
    public static Status Of(int exitCode) => exitCode == 0
        ? Status.Empty with { StatusValue = "Success" }
        : Status.Empty with
        {
            StatusValue = "Failure",
            Reason = "NonZeroExitCode",
            Message = string.Create(CultureInfo.InvariantCulture, $"command terminated with non-zero exit code: exit status {exitCode}"),
            Details = StatusDetails.Empty with
            {
                Causes = [StatusCause.Empty with { Reason = "ExitCode", Message = exitCode.ToString(CultureInfo.InvariantCulture) }],
            },
        };

    /// <summary>The Status of a command that could not be run.</summary>
    public static Status Failed(string problem) => Status.Empty with
    {
        StatusValue = "Failure",
        Reason = "InternalError",
        Message = $"Internal error occurred: error executing command in container: {problem}",
        Code = 500,
    };
}

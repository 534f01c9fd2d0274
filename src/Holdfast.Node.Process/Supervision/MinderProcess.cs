using System.Diagnostics;
using Holdfast.Node.Process.Launch;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Starts a container's minder, which then goes on without this process.</summary>
internal static class MinderProcess
{
    public static System.Diagnostics.Process Start(
        ContainerFolder folder, string logPath, HostTools tools, Scripts scripts, ProcessRuntimeOptions options)
    {
        ProcessStartInfo start = new(tools.Session)
        {
            ArgumentList = { tools.Shell, scripts.Minder, folder.Path, scripts.Stamper, scripts.Rotation },
            WorkingDirectory = folder.Path,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = HostTools.SearchPath;
        start.Environment["LC_ALL"] = "C";
        start.Environment["AWK_FLAGS"] = tools.AwkFlags;
        start.Environment["LOG"] = logPath;
        start.Environment["LOG_BYTES"] = options.LogBytes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["LOG_FILES"] = options.LogFiles.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return System.Diagnostics.Process.Start(start) ?? throw new InvalidOperationException($"{tools.Session} could not be started");
    }
}

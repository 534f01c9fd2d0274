namespace Holdfast.Cli;

/// <summary>What <c>holdfast down</c> asks of the <c>holdfast up</c> that it stops, left in the data folder for it to read.</summary>
internal static class StopRequest
{
    /// <summary>Asks that pods be left running.</summary>
    internal static void LeavePods(string dataFolder) => File.WriteAllText(PathIn(dataFolder), "leave pods\n");

    /// <summary>Whether that was asked; asking is over with this.</summary>
    internal static bool Take(string dataFolder)
    {
        var isAsked = File.Exists(PathIn(dataFolder));
        File.Delete(PathIn(dataFolder));
        return isAsked;
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "stop-leaves-pods");
}

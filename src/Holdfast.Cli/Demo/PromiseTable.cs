using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.Host;
using Spectre.Console;

namespace Holdfast.Cli.Demo;

/// <summary>Checks promises in turn and tells what was seen of each.</summary>
internal static class PromiseTable
{
    /// <summary>Checks the promises; after one that is broken the rest would prove nothing and are left out.</summary>
    internal static async Task<List<Promise>> CheckAsync(
        IEnumerable<(string Promised, Func<CancellationToken, Task<string>> Check)> steps, Action<string> say, CancellationToken cancellationToken)
    {
        var promises = new List<Promise>();
        foreach (var (promised, check) in steps)
        {
            say(promised);
            var begun = Stopwatch.GetTimestamp();
            try
            {
                promises.Add(new(promised, await check(cancellationToken), Stopwatch.GetElapsedTime(begun), true));
            }
            catch (Exception error) when (error is PromiseBrokenException or ApiException or HttpRequestException or ClusterException)
            {
                promises.Add(new(promised, error.Message, Stopwatch.GetElapsedTime(begun), false));
                break;
            }
        }
        return promises;
    }

    /// <summary>Writes the table and its verdict, and gives the exit code that follows from it.</summary>
    internal static int Tell(IReadOnlyList<Promise> promises, UpdateComparison? comparison, TimeSpan took, TextWriter screen)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "Promised", "Seen").AddColumn(new TableColumn("Time").RightAligned());
        foreach (var promise in promises)
        {
            table.AddRow(
                new Text(promise.IsKept ? "kept" : "BROKEN"), new Text(promise.Promised), new Text(promise.Seen),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{promise.Took.TotalSeconds:0.0} s")));
        }
        screen.WriteLine();
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(screen) }).Write(table);
        comparison?.Tell(screen);
        var isKept = promises.All(promise => promise.IsKept);
        screen.WriteLine(isKept
            ? string.Create(CultureInfo.InvariantCulture, $"All {promises.Count} promises were kept, in {took.TotalSeconds:0.0} s.")
            : "A promise was not kept.");
        return isKept ? ExitCode.Done : ExitCode.Failed;
    }
}

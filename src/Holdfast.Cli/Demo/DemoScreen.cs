using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Holdfast.Cli.Demo;

/// <summary>The demo as a live picture, where a person looks at it; where a script reads, it writes line by line.</summary>
internal static class DemoScreen
{
    private const int ShownLines = 12;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether there is a terminal that can show a live picture.</summary>
    internal static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Does the work and shows the board meanwhile; the picture is gone at the end.</summary>
    internal static async Task<T> ShowAsync<T>(DemoBoard board, Func<Task<T>> work) => await AnsiConsole.Live(Picture(board)).AutoClear(true).StartAsync(async context =>
    {
        var running = work();
        while (await Task.WhenAny(running, Task.Delay(Interval, TimeProvider.System, CancellationToken.None)) != running)
            context.UpdateTarget(Picture(board));
        return await running;
    });

    /// <summary>The board at a moment.</summary>
    internal static IRenderable Picture(DemoBoard board)
    {
        var parts = new List<IRenderable>
        {
            new Markup(string.Create(CultureInfo.InvariantCulture, $"[bold]Holdfast demo[/]  {board.Elapsed.TotalSeconds:0} s")),
        };
        if (board.Steward is { } steward)
        {
            parts.Add(Members(steward));
            parts.Add(new Text($"Steward: {(steward.Status.Summary.Length > 0 ? steward.Status.Summary : "watches; nothing is to be done")}"));
        }
        if (board.Load is { } load)
            parts.Add(new Text($"Writes:  {Words(load.Figures)}"));
        if (board.PlainLoad is { } plain)
            parts.Add(new Text($"Plain:   {Words(plain.Figures)}", new Style(decoration: Decoration.Dim)));
        parts.Add(new Rule { Style = new Style(decoration: Decoration.Dim) });
        parts.AddRange(board.Lines.TakeLast(ShownLines).Select(line => new Text(line) { Overflow = Overflow.Ellipsis }));
        return new Rows(parts);
    }

    /// <summary>Figures of a load in one line.</summary>
    internal static string Words(LoadFigures figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"{figures.Acknowledged} of {figures.Tried} acknowledged, {figures.Retried} retried, {figures.Failed} failed after 5 s, longest stall {figures.LongestStall.TotalSeconds:0.0} s");

    private static Table Members(Model.Stewards.Steward steward)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Member", "Role", "Vote", "Well", "Lag", "Version", "Node", "Zone");
        foreach (var member in steward.Status.Members)
        {
            var color = member.IsHealthy switch { "True" => member.Role == "leader" ? Color.Green : Color.Default, "False" => Color.Yellow, _ => Color.Red };
            string[] cells =
            [
                member.Name, member.Role, member.IsVoter switch { true => "yes", false => "no", null => "?" }, member.IsHealthy,
                member.Lag?.ToString(CultureInfo.InvariantCulture) ?? "?", member.Version, member.Node, member.Zone,
            ];
            table.AddRow(cells.Select(cell => new Text(cell, new Style(color))));
        }
        return table;
    }
}

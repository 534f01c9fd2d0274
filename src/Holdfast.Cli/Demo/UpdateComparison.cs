using System.Globalization;
using Spectre.Console;

namespace Holdfast.Cli.Demo;

/// <summary>What became of writes while a set was updated.</summary>
/// <param name="Load">The writes.</param>
/// <param name="Took">How long the update took.</param>
/// <param name="Lost">Entries that were acknowledged and are not there.</param>
internal sealed record UpdateFigures(LoadFigures Load, TimeSpan Took, int Lost);

/// <summary>The same update of two sets side by side, and everything that the stewarded one went through.</summary>
/// <param name="Stewarded">The set that a Steward looks after.</param>
/// <param name="Plain">The set beside it.</param>
internal sealed record UpdateComparison(UpdateFigures Stewarded, UpdateFigures Plain)
{
    /// <summary>The stewarded set from the first write to the last; null until all was done.</summary>
    internal UpdateFigures? Whole { get; init; }

    /// <summary>Writes the table.</summary>
    internal void Tell(TextWriter screen)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Writes", "2.8.1 → 2.9.0, Steward", "the same, plain StatefulSet", "Steward, all of it");
        Row("tried", figures => Number(figures.Load.Tried));
        Row("acknowledged", figures => Number(figures.Load.Acknowledged));
        Row("retried", figures => Number(figures.Load.Retried));
        Row("lost", figures => Number(figures.Lost));
        Row("failed after 5 s", figures => Number(figures.Load.Failed));
        Row("longest stall", figures => Seconds(figures.Load.LongestStall));
        Row("99 of 100 within", figures => Seconds(figures.Load.Slowest99));
        table.AddRow("the update took", Seconds(Stewarded.Took), Seconds(Plain.Took), "");
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(screen) }).Write(table);

        void Row(string what, Func<UpdateFigures, string> value) => table.AddRow(what, value(Stewarded), value(Plain), Whole is null ? "" : value(Whole));
    }

    private static string Number(long number) => number.ToString("n0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}

using Holdfast.Simulator;
using Holdfast.Simulator.Options;

const int LinesBeforeTheEnd = 40;

CommandLine line;
try
{
    line = CommandLine.Read(args);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}
var failed = 0;
for (var seed = line.First; ; seed++)
{
    var result = Simulation.Run(SimulationOptions.Draw(seed, line.Mutant));
    Console.WriteLine(result.Summary);
    var from = line.TellsStory ? 0 : result.Violation is null ? result.Story.Count : Math.Max(0, result.Story.Count - LinesBeforeTheEnd);
    foreach (var told in result.Story.Skip(from))
        Console.WriteLine($"  {told}");
    if (result.Violation is { } violation)
    {
        failed++;
        Console.WriteLine($"  {violation}");
        Console.WriteLine($"  options: {result.Options}");
        Console.WriteLine($"  again: dotnet run --project sim/Holdfast.Simulator -- --seed {seed}{(line.Mutant == Mutant.None ? "" : $" --mutant {line.Mutant}")} --story");
    }
    if (seed == line.Last)
        break;
}
return failed == 0 ? 0 : 1;

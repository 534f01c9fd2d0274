using LedgerStore.Simulator;
using LedgerStore.Simulator.Options;

const int LinesBeforeTheEnd = 40;

RaftCommandLine line;
try
{
    line = RaftCommandLine.Read(args);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}
var failed = 0;
for (var seed = line.First; seed <= line.Last; seed++)
{
    var result = RaftSimulation.Run(RaftSimulationOptions.Draw(line.Kind, seed, line.Mutant));
    Console.WriteLine(result.Summary);
    if (result.Violation is { } violation)
    {
        failed++;
        Console.WriteLine($"  {violation}");
        Console.WriteLine($"  options: {result.Options}");
        Console.WriteLine($"  again: dotnet run --project sim/LedgerStore.Simulator -- --seed {seed}{(line.Kind == RaftRunKind.Any ? "" : $" --{line.Kind.ToString().ToLowerInvariant()}")}{(line.Mutant == RaftMutant.None ? "" : $" --mutant {line.Mutant}")} --story");
    }
    foreach (var told in result.Story.TakeLast(line.TellsStory ? int.MaxValue : result.Violation is null ? 0 : LinesBeforeTheEnd))
        Console.WriteLine($"  {told}");
}
return failed == 0 ? 0 : 1;

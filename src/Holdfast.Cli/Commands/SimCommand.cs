using System.CommandLine;

namespace Holdfast.Cli.Commands;

/// <summary>
/// <c>holdfast sim</c>: the simulator is a project of its own, which the script <c>holdfast</c> at the root of the sources runs; the program
/// by itself knows of it and says so.
/// </summary>
internal static class SimCommand
{
    internal static Command Make()
    {
        var command = new Command("sim", "Run the simulator: whole clusters on one thread, with faults drawn from a seed (with the sources alone; its options: ./holdfast sim --help)")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(async (_, _) =>
        {
            await Console.Error.WriteLineAsync("holdfast: the simulator is no part of the program; where the sources are, run: ./holdfast sim");
            return ExitCode.Failed;
        });
        return command;
    }
}

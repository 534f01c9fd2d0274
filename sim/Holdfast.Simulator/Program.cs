using System.Runtime.InteropServices;
using Holdfast.Simulator.Options;
using Holdfast.Simulator.Running;

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
if (line.IsHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}
var campaign = new Campaign(line, Console.Out, Console.Error);
Console.CancelKeyPress += (_, pressed) =>
{
    // The first one ends the campaign with its report, a second one the process.
    pressed.Cancel = true;
    campaign.Stop();
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    campaign.Stop();
});
return campaign.Run();

using LedgerStore;
using LedgerStore.Operations;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(LedgerOptionsReader.Usage);
    return ExitCode.Done;
}
if (args is ["ctl", ..])
{
    using var control = new LedgerControl(Environment.GetEnvironmentVariable, Console.Out);
    return await control.RunAsync(args[1..], CancellationToken.None);
}
var journal = new LedgerJournal(Console.Out, TimeProvider.System);
try
{
    var options = new LedgerOptionsReader(Environment.GetEnvironmentVariable).Read(args);
    return await new LedgerProgram(options, journal, TimeProvider.System).RunAsync();
}
catch (LedgerOptionsException wrong)
{
    journal.Write($"fatal: {wrong.Message}");
    return ExitCode.Usage;
}

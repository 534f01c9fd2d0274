using LedgerStore;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(LedgerOptionsReader.Usage);
    return ExitCode.Done;
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

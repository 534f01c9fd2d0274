using System.CommandLine;
using System.Globalization;
using Holdfast.Bench;
using Holdfast.Steward.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var runs = new Option<int>("--runs") { Description = "How many updates of each system are measured in each way", DefaultValueFactory = _ => 10 };
var only = new Option<string?>("--only") { Description = "One measurement alone: updates, kernel or rest" };
var system = new Option<string?>("--system") { Description = "One system alone: ledger-store or etcd" };
var sets = new Option<int>("--sets") { Description = "How many stewarded sets are at rest", DefaultValueFactory = _ => 100 };
var program = new Option<string>("--program") { Description = "The program that is measured", HelpName = "FILE", DefaultValueFactory = _ => MeasuredCluster.ProgramBeside() };
only.AcceptOnlyFromAmong("updates", "kernel", "rest");
system.AcceptOnlyFromAmong("ledger-store", "etcd");

var root = new RootCommand("Measures the Steward: updates of three members under load beside those of a plain StatefulSet, decisions of the safety kernel, and what stewarded sets cost at rest.")
{
    runs, only, system, sets, program,
};
root.SetAction(async (result, cancellationToken) =>
{
    Console.WriteLine($"{Environment.ProcessorCount} processors, load {(await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim()}");
    var (part, folder) = (result.GetValue(only), Directory.CreateTempSubdirectory("holdfast-steward-bench-"));
    try
    {
        if (part is null or "kernel")
            KernelMeasurement.Run();
        if (part is null or "rest")
            await new RestMeasurement(result.GetValue(program)!, Path.Combine(folder.FullName, "rest")).RunAsync(result.GetValue(sets), cancellationToken);
        foreach (var measured in UpdatedSystem.All.Where(each => part is null or "updates" && (result.GetValue(system) ?? each.Name) == each.Name))
        {
            using var update = new UpdateMeasurement(measured, result.GetValue(program)!, Path.Combine(folder.FullName, measured.Name));
            await update.RunAsync(result.GetValue(runs), cancellationToken);
        }
    }
    finally
    {
        folder.Delete(recursive: true);
    }
});
return await root.Parse(args).InvokeAsync();

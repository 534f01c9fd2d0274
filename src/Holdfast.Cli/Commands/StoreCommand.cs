using System.CommandLine;
using Holdfast.Cli.Screens;
using Holdfast.Client.Http;
using Holdfast.Host;
using Holdfast.Store;
using Holdfast.Store.Backups;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast store</c>: backups of everything that the API holds.</summary>
internal static class StoreCommand
{
    private static readonly Option<string> Data = DataFolders.Option();
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "Ask the cluster that this kubeconfig names (default: the one that runs on the data folder)", HelpName = "FILE" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace a file of that name" };
    private static readonly Option<bool> BesideVolumes = new("--beside-volumes") { Description = "The folder may hold the volumes, images and keys of the cluster; only its store must be gone" };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "text or json", DefaultValueFactory = _ => "text" };
    private static readonly Argument<string> File = new("file") { Description = "The backup's file" };
    private static readonly Argument<string> FileOrFolder = new("file-or-folder") { Description = "A backup's file, or the data folder of a cluster that does not run" };

    internal static Command Make()
    {
        Output.AcceptOnlyFromAmong("text", "json");
        return new Command("store", "Back up, check and restore everything that the API holds; a backup holds every Secret in plain text, and no volume's data")
        {
            Backup(), Verify(), Restore(),
        };
    }

    private static Command Backup()
    {
        var command = new Command("backup", "Write a backup of the store at one revision, of a cluster that runs (it goes on meanwhile) or not") { File, Data, Kubeconfig, Force, Output };
        command.SetAction((result, cancellationToken) => GuardedAsync(async () =>
        {
            var (file, data) = (Path.GetFullPath(result.GetValue(File)!), Path.GetFullPath(result.GetValue(Data)!));
            var isRunning = result.GetValue(Kubeconfig) is not null || RunningCluster.Find(data) is not null;
            var kubeconfig = result.GetValue(Kubeconfig) ?? EmbeddedCluster.KubeconfigOf(data);
            using var progress = new ObjectProgress("checked");
            var report = await StoreBackup.SaveAsync(
                file, result.GetValue(Force), isRunning ? (output, token) => FromServerAsync(kubeconfig, output, token) : (output, token) => FromFolderAsync(data, output, token),
                progress, cancellationToken);
            progress.Dispose();
            Console.Write(IsJson(result) ? BackupScreen.Json(report) : BackupScreen.Saved(file, report));
        }));
        return command;
    }

    private static Command Verify()
    {
        var command = new Command("verify", "Read a whole backup, or the store of a cluster that does not run, and check every object; exit code 1 when it is not good") { FileOrFolder, Output };
        command.SetAction((result, cancellationToken) => GuardedAsync(async () =>
        {
            var path = Path.GetFullPath(result.GetValue(FileOrFolder)!);
            using var progress = new ObjectProgress("checked");
            BackupReport report;
            if (Directory.Exists(path))
            {
                using var hold = Hold(path, "holdfast store verify");
                report = await StoreBackup.VerifyStoreAsync(EmbeddedCluster.StoreOf(path), progress, cancellationToken);
            }
            else
            {
                report = await StoreBackup.VerifyAsync(path, progress, cancellationToken);
            }
            progress.Dispose();
            Console.Write(IsJson(result) ? BackupScreen.Json(report) : BackupScreen.Good(path, report));
        }));
        return command;
    }

    private static Command Restore()
    {
        var command = new Command("restore", "Make a store from a backup, in a folder that is empty or not there yet") { File, Data, BesideVolumes, Output };
        command.SetAction((result, cancellationToken) => GuardedAsync(async () =>
        {
            var (file, data) = (Path.GetFullPath(result.GetValue(File)!), Path.GetFullPath(result.GetValue(Data)!));
            using var hold = DataFolder.Acquire(data, "holdfast store restore");
            if (!result.GetValue(BesideVolumes))
            {
                RequireEmpty(data);
            }
            using var progress = new ObjectProgress("restored");
            var report = await StoreRestore.RunAsync(file, EmbeddedCluster.StoreOf(data), progress, cancellationToken);
            progress.Dispose();
            Console.Write(IsJson(result) ? BackupScreen.Json(report) : BackupScreen.Restored(data, report));
        }));
        return command;
    }

    private static async Task<int> GuardedAsync(Func<Task> work)
    {
        try
        {
            await work();
            return ExitCode.Done;
        }
        catch (Exception error) when (error is BackupException or StoreCorruptException or StoreFormatException or StoreUnavailableException or DataFolderInUseException or KubeConfigException)
        {
            await Console.Error.WriteLineAsync($"holdfast: {error.Message}");
            return ExitCode.Failed;
        }
    }

    private static bool IsJson(ParseResult result) => result.GetValue(Output) == "json";

    /// <summary>Takes a folder that is there; a look at one that is not does not make it.</summary>
    private static DataFolder Hold(string data, string command)
    {
        if (!System.IO.File.Exists(EmbeddedCluster.StoreOf(data)))
        {
            throw new BackupException($"{data} holds no cluster; name the data folder of one");
        }
        try
        {
            return DataFolder.Acquire(data, command);
        }
        catch (DataFolderInUseException held)
        {
            throw new BackupException($"{held.Message}; while a cluster runs, make a backup of it and verify that: holdfast store backup FILE --data {data}", held);
        }
    }

    private static void RequireEmpty(string data)
    {
        var there = new DirectoryInfo(data).EnumerateFileSystemInfos().FirstOrDefault(entry => entry.Name is not ("lock" or "holder"));
        if (there is not null)
        {
            throw new BackupException($"{data} holds {there.Name} and is not empty; name an empty folder, or, to keep the volumes that are in it, move {Path.GetFileName(EmbeddedCluster.StoreOf(data))}* away and say --beside-volumes");
        }
    }

    private static async Task FromFolderAsync(string data, Stream output, CancellationToken cancellationToken)
    {
        using var hold = Hold(data, "holdfast store backup");
        await StoreBackup.WriteStoreAsync(EmbeddedCluster.StoreOf(data), output, TimeProvider.System, cancellationToken);
    }

    private static async Task FromServerAsync(string kubeconfig, Stream output, CancellationToken cancellationToken)
    {
        var config = KubeConfig.Load(kubeconfig);
        using var client = config.CreateClient();
        try
        {
            using var response = await client.GetAsync(new Uri("holdfast/store/backup", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new BackupException($"the cluster at {config.Server} refused the backup: {await response.Content.ReadAsStringAsync(cancellationToken)}");
            }
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await ReceivedStream.CopyAsync(body, output, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new BackupException($"the cluster at {config.Server} could not be asked: {error.InnerException?.Message ?? error.Message}", error);
        }
    }
}

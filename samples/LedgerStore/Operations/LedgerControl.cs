using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using LedgerStore.Raft;
using LedgerStore.Storage;

namespace LedgerStore.Operations;

/// <summary>`ledgerctl`: what people do with a ledger, from a shell in a member's pod or elsewhere.</summary>
/// <param name="variable">Looks up an environment variable.</param>
/// <param name="output">Where answers go.</param>
public sealed class LedgerControl(Func<string, string?> variable, TextWriter output) : IDisposable
{
    /// <summary>What `ledgerctl --help` prints.</summary>
    public const string Usage = """
        ledgerctl: looks after a ledger

          status                         how the member is
          members                        who belongs to the cluster, and who leads
          add-learner NAME ID            lets a new member receive
          promote NAME                   lets a learner vote, once it is caught up
          remove NAME                    takes a member out of the cluster, before its pod goes
          transfer [NAME]                hands leadership to a voter
          format N                       switches the cluster to data format N, once every member can read it
          drain [--leave]                stops taking writes and hands leadership over; with --leave gives the membership back at the end
          append TEXT                    appends an entry
          read INDEX                     shows an entry
          backup FILE [--at INDEX]       writes a backup that is consistent at an index ('-' for standard output); --stale takes
                   [--stale] [--force]   what one member has, when a majority is lost for good; --force replaces a file of that name
          verify FILE                    checks a backup from its first to its last byte
          restore FILE --data FOLDER [--name MEMBER]
                                         makes a new cluster of one member out of a backup, in an empty folder ('-' for standard input);
                                         MEMBER is who will be started on it (default POD_NAME), as the release that LEDGER_VERSION names

        --to URL names the member (LEDGER_URL; default http://POD_IP:8080, else http://127.0.0.1:8080).
        """;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private Uri target = new("http://127.0.0.1:8080");

    /// <summary>Runs one command; returns the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var words = arguments.ToList();
        try
        {
            target = Target(Option(words, "--to") ?? variable("LEDGER_URL") ?? $"http://{variable("POD_IP") ?? "127.0.0.1"}:8080");
            return await DoAsync(words, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"{target} does not answer: {failure.Message}; name a member with --to");
            return ExitCode.Unavailable;
        }
        catch (JsonException)
        {
            await output.WriteLineAsync($"{target} answers, but not as a ledger does; name a member with --to");
            return ExitCode.Unavailable;
        }
        catch (Exception failure) when (failure is UnusableDataException or DataFolderException or LedgerOptionsException or IOException
            or UnauthorizedAccessException or DiskFullException or DurabilityLostException)
        {
            await output.WriteLineAsync(failure.Message);
            return ExitCode.Of(failure);
        }
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private Task<int> DoAsync(List<string> words, CancellationToken cancellation)
    {
        var (leave, stale, force) = (words.Remove("--leave"), words.Remove("--stale"), words.Remove("--force"));
        var (at, data, name) = (Option(words, "--at"), Option(words, "--data"), Option(words, "--name"));
        return words switch
        {
            ["status"] => AskAsync(HttpMethod.Get, "/status", cancellation),
            ["members"] => AskAsync(HttpMethod.Get, "/v1/members", cancellation),
            ["add-learner", var whom, var id] => AskAsync(HttpMethod.Post, $"/v1/members/add-learner?name={Uri.EscapeDataString(whom)}&id={Uri.EscapeDataString(id)}", cancellation),
            ["promote" or "remove", var whom] => AskAsync(HttpMethod.Post, $"/v1/members/{words[0]}?name={Uri.EscapeDataString(whom)}", cancellation),
            ["transfer"] => AskAsync(HttpMethod.Post, "/v1/leadership", cancellation),
            ["transfer", var whom] => AskAsync(HttpMethod.Post, $"/v1/leadership?to={Uri.EscapeDataString(whom)}", cancellation),
            ["format", var format] => AskAsync(HttpMethod.Post, $"/v1/format?to={Uri.EscapeDataString(format)}", cancellation),
            ["drain"] => AskAsync(HttpMethod.Post, leave ? "/drain?leave=true" : "/drain", cancellation),
            ["append", var text] => AskAsync(HttpMethod.Post, "/v1/entries", cancellation, new StringContent(text, MediaTypeHeaderValue.Parse("text/plain"))),
            ["read", var index] => AskAsync(HttpMethod.Get, $"/v1/entries/{Uri.EscapeDataString(index)}", cancellation),
            ["backup", var file] => BackupAsync(file, force, at, stale, cancellation),
            ["verify", var file] => VerifyAsync(file, cancellation),
            ["restore", var file] when data is not null => RestoreAsync(file, data, name, cancellation),
            _ => HelpAsync(words is ["--help" or "-h" or "help"]),
        };
    }

    private async Task<int> HelpAsync(bool isAsked)
    {
        await output.WriteLineAsync(Usage);
        return isAsked ? ExitCode.Done : ExitCode.Usage;
    }

    private async Task<int> AskAsync(HttpMethod method, string path, CancellationToken cancellation, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(target, path)) { Content = content };
        using var answer = await http.SendAsync(request, cancellation);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        if (!answer.IsSuccessStatusCode && body.RootElement.TryGetProperty("error", out var error))
        {
            await output.WriteLineAsync($"{error.GetProperty("code").GetString()}: {error.GetProperty("message").GetString()}");
            return ExitCode.Unavailable;
        }
        using var pretty = new MemoryStream();
        using (var writer = new Utf8JsonWriter(pretty, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            body.RootElement.WriteTo(writer);
        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(pretty.ToArray()));
        return answer.IsSuccessStatusCode ? ExitCode.Done : ExitCode.Unavailable;
    }

    private async Task<int> BackupAsync(string file, bool isReplaced, string? at, bool isStale, CancellationToken cancellation)
    {
        if (file != "-" && !isReplaced)
            RequireNew(file);
        var path = $"/v1/backup?consistency={(isStale ? "stale" : "linearizable")}{(at is null ? "" : $"&at={Uri.EscapeDataString(at)}")}";
        using var answer = await http.GetAsync(new Uri(target, path), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return ExitCode.Unavailable;
        }
        await using var source = await answer.Content.ReadAsStreamAsync(cancellation);
        if (file == "-")
        {
            await using var standard = Console.OpenStandardOutput();
            await source.CopyToAsync(standard, cancellation);
            return ExitCode.Done;
        }
        // Aside first: a file under its final name is a whole backup.
        var aside = file + ".new";
        await using (var written = File.Create(aside))
        {
            await source.CopyToAsync(written, cancellation);
            DurableFile.SyncData(written.SafeFileHandle, aside);
        }
        var header = await CheckAsync(aside, cancellation);
        if (!isReplaced)
            RequireNew(file);
        File.Move(aside, file, overwrite: isReplaced);
        await output.WriteLineAsync($"{file}: {header.Index} entries of cluster {header.ClusterId ?? "(none)"}, checksum {header.Checksum}{header.Caveat}");
        if (header.Consistency != "stale")
            await TellAsync(file, header, cancellation);
        return ExitCode.Done;
    }

    // The member shows it in /status, so that whoever wants a young backup before an update can see that there is one. The backup is whole either way.
    private async Task TellAsync(string file, BackupHeader header, CancellationToken cancellation)
    {
        try
        {
            var path = $"/v1/backup?index={header.Index}&checksum={Uri.EscapeDataString(header.Checksum)}&takenAt={Uri.EscapeDataString(header.TakenAt.ToString("O", CultureInfo.InvariantCulture))}";
            using var answer = await http.PostAsync(new Uri(target, path), null, cancellation);
            if (!answer.IsSuccessStatusCode)
                await output.WriteLineAsync($"{target} was not told that {file} is whole: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            await output.WriteLineAsync($"{target} was not told that {file} is whole: {failure.Message}");
        }
    }

    private async Task<int> VerifyAsync(string file, CancellationToken cancellation)
    {
        var header = await CheckAsync(file, cancellation);
        await output.WriteLineAsync($"{file} is whole: {header.Index} entries, checksum {header.Checksum}, taken {header.TakenAt:u} from {header.Member} ({header.Version}, data format {header.DataFormat}), cluster {header.ClusterId ?? "(none)"} with {string.Join(", ", header.Members.Select(static seat => seat.Name))}, log entry {header.LogIndex} of term {header.Term}{header.Caveat}");
        return ExitCode.Done;
    }

    private async Task<int> RestoreAsync(string file, string folder, string? name, CancellationToken cancellation)
    {
        // Never the machine's name: members are found by the names that the others know, and a wrong one would be noticed only when they look for it.
        if ((name ?? variable("POD_NAME")) is not { Length: > 0 } member)
            throw new LedgerOptionsException("restore needs the name of the member that will be started on the folder: give --name MEMBER, as in --name ledger-store-0 (or set POD_NAME)");
        if (!MemberName.IsValid(member))
            throw new LedgerOptionsException($"--name (POD_NAME) must be {MemberName.Rule}, but is '{member}'");
        var version = variable("LEDGER_VERSION") is { Length: > 0 } given ? given : LedgerRelease.Default.Version;
        if (LedgerRelease.Find(version) is not { } release)
            throw new LedgerOptionsException($"LEDGER_VERSION must be one of {string.Join(", ", LedgerRelease.All.Select(static known => known.Version))}, but is '{version}'");
        await using var source = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        var (identity, header) = await Restore.RunAsync(source, folder, member, release, TimeProvider.System, cancellation);
        await output.WriteLineAsync($"{folder}: {header.Index} entries of cluster {header.ClusterId ?? "(none)"} are now those of the new cluster {identity.ClusterId}, whose only member is {identity.Name}: start it as {identity.Name}");
        return ExitCode.Done;
    }

    private static void RequireNew(string file)
    {
        if (Path.Exists(file))
            throw new DataFolderException($"{file} is there already: give --force to replace it, or another name");
    }

    private static Uri Target(string text) => Uri.TryCreate(text, UriKind.Absolute, out var target) && target.Scheme is "http" or "https"
        ? target
        : throw new LedgerOptionsException($"--to (LEDGER_URL) must be a member's address as in http://127.0.0.1:8080, but is '{text}'");

    private static async Task<BackupHeader> CheckAsync(string file, CancellationToken cancellation)
    {
        await using var source = File.OpenRead(file);
        return await BackupFile.ReadAsync(source, static _ => { }, cancellation);
    }

    private static string? Option(List<string> words, string name)
    {
        var at = words.IndexOf(name);
        if (at < 0)
            return null;
        if (at + 1 >= words.Count)
            throw new LedgerOptionsException($"{name} needs a value: see --help");
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LedgerStore.Storage;

namespace LedgerStore.Tests.Server;

public sealed class LedgerProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_acknowledged_entry_is_there_after_kill_9_in_the_middle_of_appends()
    {
        var acknowledged = new System.Collections.Concurrent.ConcurrentDictionary<long, string>();
        await using (var ledger = await LedgerProcess.StartReadyAsync(folder.Path))
        {
            var writers = Enumerable.Range(0, 8).Select(writer => AppendUntilCutAsync(ledger, writer, acknowledged)).ToArray();
            await ledger.UntilAsync(() => Task.FromResult(acknowledged.Count >= 300), "at 300 entries");
            await ledger.KillAsync();
            await Task.WhenAll(writers);
        }
        await using var again = await LedgerProcess.StartReadyAsync(folder.Path);
        foreach (var (index, data) in acknowledged)
            Assert.Equal(data, (await again.GetAsync($"/v1/entries/{index}")).GetProperty("data").GetString());
    }

    [Fact]
    public async Task An_upgrade_reads_what_the_older_release_wrote_and_so_does_the_way_back()
    {
        string? checksum = null;
        foreach (var (version, entries) in new[] { ("2.8.1", 0), ("2.9.0", 1), ("2.8.1", 2) })
        {
            await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path, ("LEDGER_VERSION", version));
            var status = await ledger.GetAsync("/status");
            Assert.Equal(version, status.GetProperty("version").GetString());
            Assert.Equal(8, status.GetProperty("dataFormat").GetInt32());
            Assert.Equal(entries, status.GetProperty("lastIndex").GetInt64());
            Assert.Equal("ledger-store-0", status.GetProperty("member").GetString());
            Assert.Equal("standalone", status.GetProperty("role").GetString());
            if (entries > 0)
                Assert.Equal(checksum, (await ledger.GetAsync("/v1/checksum?at=" + entries)).GetProperty("checksum").GetString());
            using var answer = await ledger.AppendAsync("written by " + version);
            checksum = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("checksum").GetString();
            ledger.Terminate();
            Assert.Equal(0, await ledger.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task A_repeat_is_harmless_over_kill_9_and_restart()
    {
        await using (var ledger = await LedgerProcess.StartReadyAsync(folder.Path))
        {
            using var first = await ledger.AppendAsync("once", "teller-7", 41);
            Assert.Equal(HttpStatusCode.Created, first.StatusCode);
            Assert.Equal("/v1/entries/1", first.Headers.Location!.ToString());
            await ledger.KillAsync();
        }
        await using var again = await LedgerProcess.StartReadyAsync(folder.Path);
        using var repeat = await again.AppendAsync("once", "teller-7", 41);
        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        var answer = await repeat.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(1, answer.GetProperty("index").GetInt64());
        Assert.True(answer.GetProperty("repeated").GetBoolean());
        using var other = await again.AppendAsync("twice", "teller-7", 41);
        Assert.Equal((HttpStatusCode.Conflict, "SequenceReused"), await ErrorOfAsync(other));
    }

    [Fact]
    public async Task On_SIGTERM_readiness_fails_new_writes_are_refused_the_one_under_way_ends_and_the_exit_code_is_0()
    {
        await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path);
        using var slow = new TcpClient();
        await slow.ConnectAsync(ledger.Address, 8080, Cancellation);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/entries HTTP/1.1\r\nHost: {ledger.Address}\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfirst"), Cancellation);
        await ledger.UntilAsync(
            async () => (await ledger.Http.GetStringAsync("/metrics", Cancellation)).Contains("ledger_appends_under_way 1\n", StringComparison.Ordinal),
            "an append under way");

        ledger.Terminate();
        await ledger.UntilAsync(async () => await ledger.StatusOfAsync("/ready") == HttpStatusCode.ServiceUnavailable, "unready");
        Assert.Equal(HttpStatusCode.OK, await ledger.StatusOfAsync("/live"));
        using var late = await ledger.AppendAsync("late");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Draining"), await ErrorOfAsync(late));

        await stream.WriteAsync("-half"u8.ToArray(), Cancellation);
        using var reader = new StreamReader(stream);
        Assert.Contains("201 Created", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(0, await ledger.ExitCodeAsync());
        Assert.All(Enumerable.Range(1, 8), step => Assert.Contains($"stop {step}/8", ledger.Output, StringComparison.Ordinal));

        await using var again = await LedgerProcess.StartReadyAsync(folder.Path);
        Assert.Equal("first-half", (await again.GetAsync("/v1/entries/1")).GetProperty("data").GetString());
        Assert.Equal(1, (await again.GetAsync("/status")).GetProperty("lastIndex").GetInt64());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    public async Task A_drain_ends_readiness_and_writes_but_not_reads(string method)
    {
        await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path);
        (await ledger.AppendAsync("kept")).Dispose();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/drain");
        using var drained = await ledger.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, drained.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ledger.StatusOfAsync("/ready"));
        Assert.True((await ledger.GetAsync("/status")).GetProperty("draining").GetBoolean());
        using var late = await ledger.AppendAsync("late");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
        Assert.Equal("kept", (await ledger.GetAsync("/v1/entries/1")).GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("2.8.1")]
    [InlineData("2.9.0")]
    public async Task Data_of_a_newer_format_is_refused_with_a_clear_word(string version)
    {
        Directory.CreateDirectory(folder.LogFolder);
        var path = Path.Combine(folder.LogFolder, SegmentHeader.FileName(1));
        await File.WriteAllBytesAsync(path, new SegmentHeader(9, 1).Encode(), Cancellation);
        await using var ledger = LedgerProcess.Start(folder.Path, ("LEDGER_VERSION", version));
        Assert.Equal(ExitCode.Data, await ledger.ExitCodeAsync());
        Assert.Contains("data format 9", ledger.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ledger.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path);
        await using var second = LedgerProcess.Start(folder.Path);
        Assert.Equal(ExitCode.CannotCreate, await second.ExitCodeAsync());
        Assert.Contains("is held by process", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LEDGER_VERSION", "3.0.0", ExitCode.Usage, "2.8.1, 2.9.0")]
    [InlineData("LEDGER_LISTEN", "somewhere", ExitCode.Usage, "an address and a port")]
    [InlineData("LEDGER_LISTEN", "192.0.2.1:8080", ExitCode.Unavailable, "cannot listen on 192.0.2.1:8080")]
    [InlineData("HOLDFAST_VOLUME_DATA", "/proc/ledger", ExitCode.CannotCreate, "/proc/ledger cannot be used")]
    public async Task A_wrong_setting_ends_the_start_with_one_clear_line(string name, string value, int code, string word)
    {
        await using var ledger = LedgerProcess.Start(folder.Path, (name, value));
        Assert.Equal(code, await ledger.ExitCodeAsync());
        Assert.Contains(word, ledger.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ledger.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_requests_get_typed_errors()
    {
        await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path);
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchEntry"), await ErrorOfAsync(await ledger.Http.GetAsync("/v1/entries/1", Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), await ErrorOfAsync(await ledger.Http.GetAsync("/v1/entries/first", Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), await ErrorOfAsync(await ledger.Http.GetAsync("/v1/entries?limit=1001", Cancellation)));
        Assert.Equal((HttpStatusCode.NotFound, "NoSuchPath"), await ErrorOfAsync(await ledger.Http.GetAsync("/v2", Cancellation)));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "MethodNotAllowed"), await ErrorOfAsync(await ledger.Http.DeleteAsync("/v1/entries/1", Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), await ErrorOfAsync(await ledger.AppendAsync("")));
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), await ErrorOfAsync(await ledger.AppendAsync("x", "no spaces", 1)));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "EntryTooLarge"), await ErrorOfAsync(await ledger.AppendAsync(new string('x', 1_048_577))));
        Assert.Equal(0, (await ledger.GetAsync("/status")).GetProperty("lastIndex").GetInt64());
    }

    [Fact]
    public async Task A_range_is_read_in_pages_and_bytes_come_back_as_they_were()
    {
        await using var ledger = await LedgerProcess.StartReadyAsync(folder.Path);
        for (var number = 1; number <= 5; number++)
            (await ledger.AppendAsync($"entry {number}")).Dispose();
        byte[] raw = [0xff, 0x00, 0xfe];
        (await ledger.Http.PostAsync("/v1/entries", new ByteArrayContent(raw), Cancellation)).Dispose();
        var page = await ledger.GetAsync("/v1/entries?from=2&limit=3");
        Assert.Equal(["entry 2", "entry 3", "entry 4"], page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("data").GetString()));
        Assert.Equal(5, page.GetProperty("next").GetInt64());
        var rest = await ledger.GetAsync("/v1/entries?from=5");
        Assert.False(rest.TryGetProperty("next", out _));
        var last = rest.GetProperty("entries")[1];
        Assert.Equal("base64", last.GetProperty("encoding").GetString());
        Assert.Equal(raw, last.GetProperty("data").GetBytesFromBase64());
    }

    private static async Task AppendUntilCutAsync(
        LedgerProcess ledger, int writer, System.Collections.Concurrent.ConcurrentDictionary<long, string> acknowledged)
    {
        for (var number = 1; number < 1_000_000; number++)
        {
            try
            {
                var data = $"writer {writer} entry {number}";
                using var answer = await ledger.AppendAsync(data);
                if (answer.StatusCode != HttpStatusCode.Created)
                    return;
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
                Assert.True(acknowledged.TryAdd(body.GetProperty("index").GetInt64(), data), "an index was given twice");
            }
            catch (Exception cut) when (cut is HttpRequestException or IOException)
            {
                return;
            }
        }
    }

    private static async Task<(HttpStatusCode, string?)> ErrorOfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            return (response.StatusCode, body.GetProperty("error").GetProperty("code").GetString());
        }
    }
}

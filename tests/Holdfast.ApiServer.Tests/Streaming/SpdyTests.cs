using System.Text;
using Holdfast.ApiServer.Http.Streaming.Spdy;

namespace Holdfast.ApiServer.Tests.Streaming;

public sealed class SpdyTests
{
    private const int ProtocolError = 1;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "another version of the protocol", [0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1] },
        { "a stream with an even number", new SpdyClient().Opening(2) },
        { "a stream with the number 0", new SpdyClient().Opening(0) },
        { "a SYN_STREAM that is too short", SpdyFrame.Control(SpdyFrameType.SynStream, new byte[9]) },
        { "headers that are not compressed", SpdyFrame.Control(SpdyFrameType.SynStream, [.. SpdyFrame.Numbers(1, 0), 0, 0, .. "no zlib at all"u8]) },
        { "headers without the dictionary", SpdyFrame.Control(SpdyFrameType.SynStream, [.. SpdyFrame.Numbers(1, 0), 0, 0, 0x78, 0x9C, 3, 0]) },
        { "a block that ends in a header", SpdyFrame.Control(SpdyFrameType.SynStream, [.. SpdyFrame.Numbers(1, 0), 0, 0, .. new SpdyClient().Block(("a", "b"))[..^8]]) },
        { "too many headers", new SpdyClient().Opening(1, [.. Enumerable.Range(0, 65).Select(i => ($"h{i}", ""))]) },
        { "a header that is too long", new SpdyClient().Opening(1, ("h", new string('x', 17_000))) },
        { "headers that inflate without end", new SpdyClient().Opening(1, [.. Enumerable.Range(0, 60).Select(i => ($"h{i}", new string('x', 16_000)))]) },
        { "a control frame beyond the bound", [0x80, 3, 0, 1, 0, 1, 0, 1] },
        { "data of a stream that was never opened", SpdyFrame.Data(7, "x"u8, isLast: false) },
        { "data of a stream whose number was passed over", [.. new SpdyClient().Opening(5), .. SpdyFrame.Data(3, "x"u8, isLast: false)] },
        { "data of the stream 0", SpdyFrame.Data(0, "x"u8, isLast: false) },
        { "a RST_STREAM of another length", SpdyFrame.Control(SpdyFrameType.RstStream, new byte[7]) },
        { "a PING of another length", SpdyFrame.Control(SpdyFrameType.Ping, new byte[5]) },
        { "a GOAWAY of another length", SpdyFrame.Control(SpdyFrameType.GoAway, new byte[4]) },
        { "a WINDOW_UPDATE of another length", SpdyFrame.Control(SpdyFrameType.WindowUpdate, new byte[12]) },
        { "SETTINGS that name more than they have", SpdyFrame.Control(SpdyFrameType.Settings, SpdyFrame.Numbers(9, 7, 1)) },
    };

    [Theory]
    [MemberData(nameof(Malformed), DisableDiscoveryEnumeration = true)]
    public async Task What_breaks_the_protocol_ends_the_connection_with_a_goaway(string what, byte[] bytes)
    {
        await using var client = new SpdyClient();
        await client.SendAsync(bytes);
        Assert.True(await client.GoneAsync() == ProtocolError, what);
    }

    [Fact]
    public async Task Bytes_by_chance_end_a_connection_and_break_nothing()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            await using var client = new SpdyClient();
            var reading = DrainAsync(client);
            var good = random.Next(2) == 0 ? client.Opening(1, ("streamtype", "error")) : [];
            var noise = new byte[random.Next(1, 400)];
            random.NextBytes(noise);
            if (noise.Length > 8 && random.Next(3) > 0)
                SpdyFrame.Control((SpdyFrameType)random.Next(0, 12), noise.AsSpan(8, Math.Min(noise.Length - 8, random.Next(0, 24)))).CopyTo(noise, 0);
            try
            {
                await client.SendAsync([.. good, .. noise]);
            }
            finally
            {
                client.Leave();
            }
            await client.Received.WaitAsync(TimeSpan.FromSeconds(20), Stop);
            _ = reading;
        }

        static async Task DrainAsync(SpdyClient client)
        {
            while (await client.ReadAsync() is not null)
            {
            }
        }
    }

    [Fact]
    public async Task A_stream_is_answered_before_it_is_served_and_carries_data_both_ways()
    {
        await using var client = new SpdyClient();
        await client.OpenAsync(1, ("streamtype", "data"), ("port", "80"));
        var stream = await client.Connection.Opened.ReadAsync(Stop);
        Assert.Equal(("data", "80", ""), (stream.Header("StreamType"), stream.Header("port"), stream.Header("none")));
        Assert.Equal(SpdyFrameType.SynReply, (await client.ReadAsync())!.Value.Header.Type);
        await client.SendAsync(SpdyFrame.Data(1, "question"u8, isLast: true));
        using var reader = new StreamReader(stream.Input);
        Assert.Equal("question", await reader.ReadToEndAsync(Stop));
        await stream.SendAsync("answer"u8.ToArray(), Stop);
        await stream.FinishAsync(Stop);
        var (header, body) = (await client.ReadAsync())!.Value;
        Assert.Equal((1, false, "answer"), (header.Stream, header.IsLast, Encoding.UTF8.GetString(body)));
        Assert.True((await client.ReadAsync())!.Value.Header.IsLast);
    }

    [Fact]
    public async Task Streams_whose_numbers_come_out_of_order_are_all_taken_and_none_twice()
    {
        await using var client = new SpdyClient();
        foreach (var id in new[] { 7, 3, 5, 1, 9 })
        {
            await client.OpenAsync(id, ("number", $"{id}"));
            Assert.Equal($"{id}", (await client.Connection.Opened.ReadAsync(Stop)).Header("number"));
            var (header, body) = (await client.ReadAsync())!.Value;
            Assert.Equal((SpdyFrameType.SynReply, id), (header.Type, SpdyFrame.Number31(body)));
        }
        await client.OpenAsync(5);
        Assert.Equal(ProtocolError, await client.GoneAsync());
    }

    [Fact]
    public async Task Pings_of_the_client_come_back_and_answers_do_not()
    {
        await using var client = new SpdyClient();
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.Ping, SpdyFrame.Numbers(2)));
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.Ping, SpdyFrame.Numbers(5)));
        Assert.Equal(SpdyFrame.Numbers(5), (await client.ReadAsync())!.Value.Body);
    }

    [Fact]
    public async Task A_client_that_keeps_windows_gets_no_more_than_they_have()
    {
        await using var client = new SpdyClient();
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.Settings, SpdyFrame.Numbers(1, SpdyFrame.InitialWindowSetting, 10)));
        await client.OpenAsync(1);
        var stream = await client.Connection.Opened.ReadAsync(Stop);
        _ = await client.ReadAsync();
        var sent = stream.SendAsync(new byte[25], Stop).AsTask();
        Assert.Equal(10, (await client.ReadAsync())!.Value.Body.Length);
        Assert.False(sent.IsCompleted);
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.WindowUpdate, SpdyFrame.Numbers(1, 8)));
        Assert.Equal(8, (await client.ReadAsync())!.Value.Body.Length);
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.WindowUpdate, SpdyFrame.Numbers(1, 100)));
        Assert.Equal(7, (await client.ReadAsync())!.Value.Body.Length);
        await sent;
    }

    [Fact]
    public async Task What_was_taken_is_told_and_a_window_that_overflows_resets_its_stream()
    {
        await using var client = new SpdyClient();
        await client.OpenAsync(1);
        var stream = await client.Connection.Opened.ReadAsync(Stop);
        _ = await client.ReadAsync();
        await client.SendAsync(SpdyFrame.Data(1, new byte[40_000], isLast: false));
        await stream.Input.ReadExactlyAsync(new byte[40_000], Stop);
        var (taken, body) = (await client.ReadAsync())!.Value;
        Assert.Equal((SpdyFrameType.WindowUpdate, 1), (taken.Type, SpdyFrame.Number31(body)));
        Assert.InRange(SpdyFrame.Number31(body.AsSpan(4)), 32_768, 40_000);
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.WindowUpdate, SpdyFrame.Numbers(1, int.MaxValue)));
        Assert.Equal(SpdyFrameType.RstStream, (await client.ReadAsync())!.Value.Header.Type);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.Input.ReadAsync(new byte[1], Stop).AsTask());
    }

    [Fact]
    public async Task A_reset_ends_one_stream_and_a_goaway_takes_no_more_of_them()
    {
        await using var client = new SpdyClient();
        await client.OpenAsync(1);
        await client.OpenAsync(3);
        var (first, second) = (await client.Connection.Opened.ReadAsync(Stop), await client.Connection.Opened.ReadAsync(Stop));
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.RstStream, SpdyFrame.Numbers(1, 5)));
        await first.Broken.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        await client.SendAsync(SpdyFrame.Control(SpdyFrameType.GoAway, SpdyFrame.Numbers(0, 0)));
        await client.SendAsync(SpdyFrame.Data(3, "still"u8, isLast: true));
        using var reader = new StreamReader(second.Input);
        Assert.Equal("still", await reader.ReadToEndAsync(Stop));
        Assert.False(await client.Connection.Opened.WaitToReadAsync(Stop));
    }

    [Fact]
    public async Task Who_gives_up_in_the_middle_of_an_answer_leaves_the_other_streams_whole()
    {
        await using var client = new SpdyClient();
        await client.OpenAsync(1);
        await client.OpenAsync(3);
        var (first, second) = (await client.Connection.Opened.ReadAsync(Stop), await client.Connection.Opened.ReadAsync(Stop));
        using var gives = new CancellationTokenSource();
        // More than is taken unread, so that it is sending when it is given up.
        var given = first.SendAsync(new byte[200_000], gives.Token).AsTask();
        await gives.CancelAsync();
        var sent = second.SendAsync("whole"u8.ToArray(), Stop).AsTask();
        while (await client.ReadAsync() is var (header, body) && header.Stream != 3)
            Assert.True(header.IsControl || body.All(each => each == 0));
        await sent;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(client.HasSeenBreakingOff);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_holds_its_sender_back()
    {
        await using var client = new SpdyClient();
        await client.OpenAsync(1);
        var stream = await client.Connection.Opened.ReadAsync(Stop);
        var sent = 0;
        var flood = FloodAsync();
        while (sent < 256 * 1024 / 16_000)
            await Task.Yield();
        var before = -1;
        for (var calm = 0; calm < 2000 && before != sent; calm++)
        {
            before = sent;
            await Task.Yield();
        }
        Assert.InRange(sent * 16_000, 200_000, 800_000);
        stream.StopReading();
        await flood;

        async Task FloodAsync()
        {
            for (; sent < 200; sent++)
                await client.SendAsync(SpdyFrame.Data(1, new byte[16_000], isLast: false));
        }
    }
}

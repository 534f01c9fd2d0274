using System.Net;
using Holdfast.Network.Dns.Wire;
using Holdfast.Platform;

namespace Holdfast.Network.Tests.Dns;

public sealed class WireTests
{
    private static readonly DnsQuestion Question = new(DnsName.Parse("web.default.svc.cluster.local"), DnsType.A, DnsQuestion.Internet);

    [Fact]
    public void A_query_reads_as_it_was_written()
    {
        var query = Assert.IsType<DnsQuery>(DnsReader.ReadQuery(DnsWriter.WriteQuery(Question)));
        Assert.Equal(Question, query.Question);
        Assert.True(query.Header.IsRecursionDesired);
        Assert.Equal(DnsWriter.LargestUdpBytes, query.Header.Edns?.PayloadBytes);
    }

    [Fact]
    public void An_answer_repeats_names_by_pointers_and_reads_back()
    {
        DnsRecord[] records = [.. Enumerable.Range(1, 10).Select(last => new DnsRecord(Question.Name, 2, new AddressData(IPAddress.Parse($"127.0.0.{last}"))))];
        var message = DnsWriter.Write(new DnsHeader(7, 0, true, null), Question, new DnsAnswer { Answers = [.. records] }, 512, false);
        Assert.Equal(12 + Question.Name.WireLength + 4 + (10 * 16), message.Length);
        Assert.True(DnsReader.TryReadAnswers(message, out _, out var read));
        Assert.Equal(records, read);
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(100, 512)]
    [InlineData(1000, 1000)]
    [InlineData(65535, 1232)]
    public void An_answer_over_the_clients_limit_is_cut_and_says_so(int payload, int limit)
    {
        var edns = payload == 0 ? null : new DnsEdns(payload, 0);
        var header = new DnsHeader(7, 0, true, edns);
        DnsRecord[] records = [.. Enumerable.Range(0, 200).Select(last => new DnsRecord(Question.Name, 2, new AddressData(IPAddress.Parse($"127.0.0.{last}"))))];
        var message = DnsWriter.Write(header, Question, new DnsAnswer { Answers = [.. records] }, DnsWriter.UdpLimit(header), false);
        Assert.InRange(message.Length, limit - 32, limit);
        Assert.NotEqual(0, message[2] & 0x02);
        Assert.True(DnsReader.TryReadAnswers(message, out _, out var read));
        Assert.Equal(records[..read.Length], read);
    }

    [Fact]
    public void Additional_records_that_do_not_fit_are_left_out_without_truncation()
    {
        DnsRecord[] many = [.. Enumerable.Range(0, 200).Select(last => new DnsRecord(Question.Name, 2, new AddressData(IPAddress.Parse($"127.0.0.{last}"))))];
        var message = DnsWriter.Write(new DnsHeader(7, 0, true, null), Question, new DnsAnswer { Answers = [many[0]], Additional = [.. many] }, 512, false);
        Assert.Equal(0, message[2] & 0x02);
    }

    [Theory]
    [InlineData("0001 0100 0001 0000 0000 0000", DnsResponseCode.FormatError, "no question")]
    [InlineData("0001 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001", DnsResponseCode.FormatError, "two questions")]
    [InlineData("0001 0100 0001 0000 0000 0000 c00c 0001 0001", DnsResponseCode.FormatError, "a pointer to itself")]
    [InlineData("0001 0100 0001 0000 0000 0000 c00e c00c 0001 0001", DnsResponseCode.FormatError, "pointers in a circle")]
    [InlineData("0001 0100 0001 0000 0000 0000 c0", DnsResponseCode.FormatError, "half a pointer")]
    [InlineData("0001 0100 0001 0000 0000 0000 40 61 00 0001 0001", DnsResponseCode.FormatError, "a label type that does not exist")]
    [InlineData("0001 0100 0001 0000 0000 0000 3f 61 62", DnsResponseCode.FormatError, "a label past the end")]
    [InlineData("0001 0100 0001 0000 0000 0000 01 61 00 0001", DnsResponseCode.FormatError, "no class")]
    [InlineData("0001 0100 0001 0000 0000 0001 01 61 00 0001 0001 00 0029 0200", DnsResponseCode.FormatError, "half an extension record")]
    [InlineData("0001 0100 0001 0000 0000 0001 01 61 00 0001 0001 00 0029 0200 00 01 0000 0000", DnsResponseCode.BadVersion, "extension version 1")]
    [InlineData("0001 1000 0001 0000 0000 0000 01 61 00 0001 0001", DnsResponseCode.NotImplemented, "a status request")]
    [InlineData("0001 2800 0001 0000 0000 0000 01 61 00 0001 0001", DnsResponseCode.NotImplemented, "an update")]
    public void A_bad_query_gets_its_own_error(string hex, DnsResponseCode expected, string what)
    {
        var rejected = Assert.IsType<DnsRejected>(DnsReader.ReadQuery(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
        Assert.True(expected == rejected.Code, $"{what} should be answered with {expected}, not {rejected.Code}");
        Assert.Equal(1, rejected.Header.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("000101000001000000000")]
    [InlineData("000181000001000000000000016100000100010")]
    public void What_is_no_query_gets_no_answer(string hex) =>
        Assert.IsType<DnsIgnored>(DnsReader.ReadQuery(Convert.FromHexString(hex[..(hex.Length & ~1)])));

    [Fact]
    public void A_name_longer_than_255_bytes_is_refused()
    {
        var label = new string('a', 63);
        Assert.True(DnsName.TryParse($"{label}.{label}.{label}.{label[..61]}", out var longest));
        Assert.Equal(255, longest.WireLength);
        Assert.False(DnsName.TryParse($"{label}.{label}.{label}.{label[..62]}", out _));
        Assert.False(DnsName.TryParse($"{label}a.example", out _));
        Assert.False(DnsName.TryParse("a..b", out _));
    }

    [Fact]
    public void Bytes_that_only_look_alike_in_another_case_stay_apart()
    {
        Assert.True(DnsName.TryCreate(["\u00C9"], out var upper));
        Assert.True(DnsName.TryCreate(["\u00E9"], out var lower));
        Assert.NotEqual(upper, lower);
        Assert.Equal(DnsName.Parse("WEB"), DnsName.Parse("web"));
    }

    [Fact]
    public void No_bytes_at_all_make_the_reader_fail_or_loop()
    {
        var chance = new SeededChance(42);
        var seed = DnsWriter.WriteQuery(Question);
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = round % 2 == 0 ? (byte[])seed.Clone() : new byte[chance.Next(80)];
            for (var change = chance.Next(12); change >= 0 && bytes.Length > 0; change--)
            {
                bytes[chance.Next(bytes.Length)] = (byte)(chance.Next(3) == 0 ? 0xC0 : chance.Next(256));
            }

            var message = bytes.AsSpan(0, chance.Next(bytes.Length + 1));
            _ = DnsReader.ReadQuery(message);
            _ = DnsReader.TryReadAnswers(message, out _, out _);
        }
    }
}

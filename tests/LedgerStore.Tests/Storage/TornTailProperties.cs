using LedgerStore.Storage;

namespace LedgerStore.Tests.Storage;

public sealed class TornTailProperties : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    /// <summary>A crash can leave any part of the last, unsynced batch: cut short, with pages missing (zeros), or with old bytes behind it.
    /// Whatever was acknowledged before must come back, and what comes back beyond it must be a beginning of that batch.</summary>
    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public void Everything_acknowledged_is_recovered_whatever_a_crash_left_of_the_last_batch(int seed)
    {
        var chance = new Random(seed);
        var acknowledged = new List<byte[]>();
        var unacknowledged = Batch(chance);
        long end;
        using (var log = SegmentedLog.Open(Options(), _ => { }))
        {
            for (var batches = chance.Next(0, 8); batches > 0; batches--)
            {
                var batch = Batch(chance);
                log.Append(Payloads(batch));
                acknowledged.AddRange(batch);
            }
            log.Append([new byte[] { 1, 2, 3 }]);
            acknowledged.Add([1, 2, 3]);
            end = SegmentEnd();
            log.Append(Payloads(unacknowledged));
        }
        if (SegmentEnd() > end && SegmentStart() < end)
            Tear(chance, end);

        for (var opening = 0; opening < 2; opening++)
        {
            var recovered = new List<byte[]>();
            using var log = SegmentedLog.Open(Options(), record => recovered.Add(record.Payload.ToArray()));
            Assert.True(recovered.Count >= acknowledged.Count, $"seed {seed}: {recovered.Count} of {acknowledged.Count} came back");
            Assert.Equal(acknowledged.Concat(unacknowledged).Take(recovered.Count), recovered);
            log.Append([new byte[] { 9 }]);
            acknowledged = [.. recovered, [9]];
            unacknowledged = [];
        }
    }

    private SegmentedLogOptions Options() => new(folder.LogFolder) { SegmentBytes = 4096 };

    private static List<byte[]> Batch(Random chance)
    {
        var batch = new List<byte[]>();
        for (var count = chance.Next(1, 6); count > 0; count--)
        {
            var payload = new byte[chance.Next(0, 700)];
            chance.NextBytes(payload);
            batch.Add(payload);
        }
        return batch;
    }

    private static ReadOnlyMemory<byte>[] Payloads(List<byte[]> batch) => [.. batch.Select(static payload => payload.AsMemory())];

    // Segments differ in length, so ends are counted over all of them.
    private long SegmentEnd() => Directory.GetFiles(folder.LogFolder, "*.segment").Sum(static path => new FileInfo(path).Length);

    private long SegmentStart() => SegmentEnd() - new FileInfo(folder.NewestSegment).Length;

    private void Tear(Random chance, long end)
    {
        var bytes = File.ReadAllBytes(folder.NewestSegment);
        var start = (int)(end - SegmentStart());
        if (start < SegmentHeader.Size)
            return;
        switch (chance.Next(4))
        {
            case 0:
                bytes = bytes[..chance.Next(start, bytes.Length + 1)];
                break;
            case 1:
                bytes.AsSpan(chance.Next(start, bytes.Length)).Clear();
                break;
            case 2:
                var from = chance.Next(start, bytes.Length);
                bytes.AsSpan(from, chance.Next(1, bytes.Length - from + 1)).Clear();
                break;
            default:
                chance.NextBytes(bytes.AsSpan(chance.Next(start, bytes.Length)));
                break;
        }
        File.WriteAllBytes(folder.NewestSegment, bytes);
    }
}

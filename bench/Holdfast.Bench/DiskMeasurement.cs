using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>What one durable write costs on the disk alone: the floor of every durable create.</summary>
internal static class DiskMeasurement
{
    private const int Writes = 200;
    private const int Bytes = 4096;

    /// <summary>Appends and syncs, again and again, and gives the median in milliseconds.</summary>
    /// <param name="folder">A folder on the disk.</param>
    internal static double MedianSync(string folder)
    {
        var file = Path.Combine(folder, "sync");
        var times = new List<double>(Writes);
        using (var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var block = new byte[Bytes];
            for (var write = 0; write < Writes; write++)
            {
                var begun = Stopwatch.GetTimestamp();
                stream.Write(block);
                stream.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
        File.Delete(file);
        times.Sort();
        return times[Writes / 2];
    }

    internal static void Add(string folder, ResultTable table) =>
        table.Add("one write and fsync", string.Create(CultureInfo.InvariantCulture, $"{MedianSync(folder):n2} ms"), $"median of {Writes}, {Bytes} bytes each, same disk");
}

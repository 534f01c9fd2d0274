using System.Globalization;

namespace Holdfast.Bench;

/// <summary>What memory a process holds, in bytes, as <c>/proc/PID/status</c> tells it.</summary>
/// <param name="Resident">All of it, pages of files that the kernel keeps anyway and may drop included.</param>
/// <param name="Own">What is not a page of a file: heaps, stacks, compiled code.</param>
internal readonly record struct HeldMemory(long Resident, long Own)
{
    internal static async Task<HeldMemory> OfAsync(int process, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status", cancellationToken);
        long Kibibytes(string key) => long.Parse(lines.Single(line => line.StartsWith(key + ':', StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
        return new(Kibibytes("VmRSS") * 1024, (Kibibytes("RssAnon") + Kibibytes("RssShmem")) * 1024);
    }
}

using LedgerStore.Storage;

namespace LedgerStore;

/// <summary>A release that this program can run as: one binary serves the images of both, so that an upgrade can be shown without two
/// builds.</summary>
/// <param name="Version">What it reports.</param>
/// <param name="WritesFormat">The data format that it writes until the cluster switches to a newer one.</param>
/// <param name="ReadsFormatsTo">The newest data format that it reads.</param>
public sealed record LedgerRelease(string Version, int WritesFormat, int ReadsFormatsTo)
{
    /// <summary>The releases that there are, oldest first.</summary>
    public static IReadOnlyList<LedgerRelease> All { get; } =
    [
        new("2.8.1", DataFormat.Oldest, DataFormat.Oldest),
        new("2.9.0", DataFormat.Oldest, DataFormat.Newest),
    ];

    /// <summary>What runs when nothing else is asked for.</summary>
    public static LedgerRelease Default => All[0];

    /// <summary>The release with this version, or null.</summary>
    public static LedgerRelease? Find(string version) => All.FirstOrDefault(release => release.Version == version);
}

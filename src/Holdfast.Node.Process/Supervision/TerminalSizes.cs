using System.Threading.Channels;
using Holdfast.Platform;

namespace Holdfast.Node.Process.Supervision;

/// <summary>Gives a terminal the sizes that come for it.</summary>
internal static class TerminalSizes
{
    /// <summary>Sets one size after the other until no more come.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="launcher">The process whose child leads the terminal's session.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task FollowAsync(ChannelReader<TerminalSize> sizes, int launcher, CancellationToken cancellationToken)
    {
        await foreach (TerminalSize size in sizes.ReadAllAsync(cancellationToken))
        {
            string? terminal = ProcessTable.ReadAll().FirstOrDefault(entry => entry.Parent == launcher && entry.Terminal is not null)?.Terminal;
            if (terminal is not null) await SetAsync(terminal, size, cancellationToken);
        }
    }

    private static async Task SetAsync(string terminal, TerminalSize size, CancellationToken cancellationToken)
    {
        using System.Diagnostics.Process stty = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "stty", ["-F", terminal, "cols", Text(size.Columns), "rows", Text(size.Rows)])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await stty.WaitForExitAsync(cancellationToken);
    }

    private static string Text(ushort number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace LedgerStore;

/// <summary>Plain lines for people: a time in UTC, then what happened.</summary>
/// <param name="output">Where they go; a pod's log reads standard output.</param>
/// <param name="time">The clock.</param>
public sealed class LedgerJournal(TextWriter output, TimeProvider time)
{
    private readonly Lock gate = new();

    /// <summary>Writes one line: whatever a name or a message of others holds begins no second one.</summary>
    public void Write(string line)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (gate)
        {
            output.WriteLine($"{at} {OneLine(line)}");
            output.Flush();
        }
    }

    private static string OneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(static letter => char.IsControl(letter) ? ' ' : letter)) : text;
}

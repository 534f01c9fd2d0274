using System.Text;

namespace Holdfast.Steward.Actions;

/// <summary>Reads the text of an answer of which nobody knows how long it is.</summary>
internal static class BoundedText
{
    /// <summary>The text; null when it is longer than it may be.</summary>
    internal static async Task<string?> ReadAsync(HttpContent content, int maximumBytes, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > maximumBytes)
                return null;
            buffer.Write(chunk, 0, read);
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}

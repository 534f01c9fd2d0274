using System.Globalization;
using System.Text;

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>The audit log's file and its older ones, each readable by its owner alone.</summary>
internal sealed class AuditFiles(string path, AuditOptions options, TimeProvider time)
{
    /// <summary>Appends lines; begins a new file when the one there is full.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="lost">How many lines before them could not be written; told in a line of its own.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task AppendAsync(List<byte[]> lines, int lost, CancellationToken cancellationToken)
    {
        Rotate();
        var open = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, open);
        if (lost > 0)
            await file.WriteAsync(Encoding.UTF8.GetBytes($"{{\"kind\":\"Gap\",\"lines\":{lost.ToString(CultureInfo.InvariantCulture)}}}\n"), cancellationToken);
        foreach (var line in lines)
        {
            await file.WriteAsync(line, cancellationToken);
            file.WriteByte((byte)'\n');
        }
    }

    private void Rotate()
    {
        var current = new FileInfo(path);
        if (!current.Exists || current.Length < options.MaximumBytes)
            return;
        for (var number = options.OldFiles; number > 0; number--)
        {
            var older = number == 1 ? path : Old(number - 1);
            if (File.Exists(older))
                File.Move(older, Old(number), overwrite: true);
        }
        File.Delete(path);
        var oldest = time.GetUtcNow().UtcDateTime - options.OldFileAge;
        foreach (var old in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*"))
        {
            if (File.GetLastWriteTimeUtc(old) < oldest)
                File.Delete(old);
        }
    }

    private string Old(int number) => path + "." + number.ToString(CultureInfo.InvariantCulture);
}

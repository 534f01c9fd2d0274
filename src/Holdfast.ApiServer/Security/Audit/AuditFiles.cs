using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.ApiServer.Security.Audit;

/// <summary>The audit log's file and its older ones, each readable by its owner alone.</summary>
internal sealed class AuditFiles(string path, AuditOptions options, TimeProvider time) : IDisposable
{
    private const int KeptBytes = 1024 * 1024;
    private ArrayBufferWriter<byte> _text = new();
    private FileStream? _file;

    /// <summary>Appends lines in one write; begins a new file when the one there is full, or was taken away.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="lost">How many lines before them could not be written; told in a line of its own.</param>
    /// <exception cref="IOException">They could not be written; the next time the file is opened anew.</exception>
    public void Append(List<byte[]> lines, int lost)
    {
        _text.ResetWrittenCount();
        if (lost > 0)
            _text.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"Gap\",\"lines\":{lost.ToString(CultureInfo.InvariantCulture)}}}\n"));
        foreach (var line in lines)
        {
            _text.Write(line);
            _text.Write("\n"u8);
        }
        try
        {
            Current().Write(_text.WrittenSpan);
        }
        catch
        {
            Dispose();
            throw;
        }
        if (_text.Capacity > KeptBytes)
            _text = new();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Current()
    {
        if (_file is { } file && file.Length < options.MaximumBytes && File.Exists(path))
            return file;
        Dispose();
        Rotate();
        var open = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return _file = new FileStream(path, open);
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

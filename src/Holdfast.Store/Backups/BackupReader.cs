using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Holdfast.Store.Backups;

/// <summary>
/// Reads a backup line by line and checks all of it: its form, each object, their order, their number and the checksum at its end.
/// Nothing that it gave can be trusted before it has come to the end.
/// </summary>
internal sealed class BackupReader(Stream input, string name) : IDisposable
{
    private const int MaximumLineBytes = 64 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly PipeReader _lines = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 256 * 1024, leaveOpen: true));
    private BackupHeader? _header;
    private ResourceKey? _last;

    /// <summary>The first line, once it was read.</summary>
    public BackupHeader Header => _header ?? throw new InvalidOperationException("the header was not read yet");

    /// <summary>Reads the first line.</summary>
    public async Task<BackupHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var header = await LineAsync(Parse, cancellationToken);
        _header = header ?? throw Damaged("it is empty");
        return _header;

        BackupHeader Parse(ReadOnlySequence<byte> line)
        {
            var found = Decode(() => JsonSerializer.Deserialize(line.ToArray(), BackupJson.Default.BackupHeader), "its first line is not a header");
            if (found?.Format != BackupWriter.Format)
                throw new BackupException($"{name} is not a backup of a Holdfast store; name a file that holdfast store backup has written");
            if (found.Version is < 1 or > BackupHeader.CurrentVersion)
                throw new BackupException($"{name} has version {found.Version} of the form, and this Holdfast reads 1 to {BackupHeader.CurrentVersion}: use the Holdfast that wrote it");
            Append(line);
            return found;
        }
    }

    /// <summary>Reads the objects, in the order of their keys, up to the end.</summary>
    public async IAsyncEnumerable<Entry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long count = 0;
        while (true)
        {
            var entry = await LineAsync(line => IsEnd(line) ? Ended(line, count) : Object(line, count), cancellationToken)
                ?? throw Damaged($"it ends after {count} of {Header.Objects} objects: the rest is missing");
            if (ReferenceEquals(entry, BackupLine.End))
                break;
            count++;
            yield return entry.Entry!;
        }
        if (await LineAsync(static _ => BackupLine.End, cancellationToken) is not null)
            throw Damaged("there is more after its end");
    }

    public void Dispose()
    {
        _lines.Complete();
        _hash.Dispose();
    }

    private static bool IsEnd(ReadOnlySequence<byte> line) => line.FirstSpan.StartsWith("{\"end\":"u8);

    private BackupLine Ended(ReadOnlySequence<byte> line, long count)
    {
        var end = Decode(() => JsonSerializer.Deserialize(line.ToArray(), BackupJson.Default.BackupEnd), "its last line cannot be read")?.End
            ?? throw Damaged("its last line cannot be read");
        if (end.Objects != count || Header.Objects != count)
            throw Damaged($"it has {count} objects, but says that there are {Header.Objects}");
        return end.Sha256 == Convert.ToHexStringLower(_hash.GetHashAndReset())
            ? BackupLine.End
            : throw Damaged("its content does not match its checksum");
    }

    private BackupLine Object(ReadOnlySequence<byte> line, long count)
    {
        var entry = Decode(() => BackupLine.Read(line.ToArray()), $"line {count + 2} is not an object")!;
        if (entry.CreateRevision > entry.Revision || entry.Revision > Header.Revision || entry.CreateRevision < 1)
            throw Damaged($"{entry.Key} has the revisions {entry.CreateRevision} to {entry.Revision}, which a store at revision {Header.Revision} cannot hold");
        if (_last is { } last && Compare(last, entry.Key) >= 0)
            throw Damaged($"{entry.Key} comes after {last}: it is there twice, or lines were exchanged");
        _last = entry.Key;
        Append(line);
        return new BackupLine(entry);
    }

    private static int Compare(ResourceKey one, ResourceKey other)
    {
        var byResource = string.CompareOrdinal(one.Resource, other.Resource);
        var byNamespace = byResource != 0 ? byResource : string.CompareOrdinal(one.Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(one.Name, other.Name);
    }

    private void Append(ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
            _hash.AppendData(piece.Span);
        _hash.AppendData("\n"u8);
    }

    /// <summary>Reads the next line and makes something of it; null at the end of the file.</summary>
    private async Task<T?> LineAsync<T>(Func<ReadOnlySequence<byte>, T> read, CancellationToken cancellationToken) where T : class
    {
        while (true)
        {
            var result = await _lines.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var made = read(result.Buffer.Slice(0, end));
                _lines.AdvanceTo(result.Buffer.GetPosition(1, end));
                return made;
            }
            if (result.IsCompleted)
                return result.Buffer.IsEmpty ? null : throw Damaged("its last line is cut off");
            if (result.Buffer.Length > MaximumLineBytes)
                throw Damaged($"it has a line of more than {MaximumLineBytes} bytes");
            _lines.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private T Decode<T>(Func<T> decode, string problem)
    {
        try
        {
            return decode();
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw Damaged(problem, exception);
        }
    }

    private BackupException Damaged(string found, Exception? cause = null) =>
        new($"{name} is damaged and is not used: {found}; use another backup", cause);
}

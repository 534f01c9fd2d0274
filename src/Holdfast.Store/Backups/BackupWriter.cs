using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Holdfast.Store.Backups;

/// <summary>
/// Writes everything that a store held at one revision as lines of JSON: a header, an object a line, and an end with a checksum.
/// It reads an immutable snapshot, so the store goes on meanwhile; what a backup holds does not depend on how the store keeps it.
/// </summary>
public static class BackupWriter
{
    /// <summary>By which a file is known as a backup.</summary>
    internal const string Format = "holdfast-store-backup";

    private const int FlushBytes = 64 * 1024;

    /// <summary>Writes a backup.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="snapshot">What.</param>
    /// <param name="identity">The store's identity.</param>
    /// <param name="now">The time, for the header.</param>
    /// <param name="progress">Told how many objects have been written, now and then; null for nobody.</param>
    /// <param name="cancellationToken">Ends the writing; what was written then has no end and is not taken for a backup.</param>
    public static async Task WriteAsync(
        Stream output, Snapshot snapshot, string identity, DateTimeOffset now, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(snapshot);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new ArrayBufferWriter<byte>(2 * FlushBytes);
        var resources = snapshot.Resources.Where(resource => snapshot.Count(resource, null) > 0).Order(StringComparer.Ordinal).ToArray();
        var header = new BackupHeader
        {
            Format = Format,
            Version = BackupHeader.CurrentVersion,
            Identity = identity,
            Revision = snapshot.Revision,
            CreatedAt = now.ToUniversalTime(),
            Objects = resources.Sum(resource => (long)snapshot.Count(resource, null)),
        };
        AddLine(buffer, JsonSerializer.SerializeToUtf8Bytes(header, BackupJson.Default.BackupHeader));
        long written = 0;
        foreach (var entry in resources.SelectMany(resource => snapshot.List(resource, null)))
        {
            Add(buffer, entry);
            written++;
            if (buffer.WrittenCount < FlushBytes)
                continue;
            await FlushAsync(output, buffer, hash, cancellationToken);
            progress?.Report(written);
        }
        await FlushAsync(output, buffer, hash, cancellationToken);
        var end = new BackupEnd(new BackupTrailer(written, Convert.ToHexStringLower(hash.GetHashAndReset())));
        AddLine(buffer, JsonSerializer.SerializeToUtf8Bytes(end, BackupJson.Default.BackupEnd));
        await FlushAsync(output, buffer, hash, cancellationToken);
        await output.FlushAsync(cancellationToken);
        progress?.Report(written);
    }

    private static void Add(ArrayBufferWriter<byte> buffer, Entry entry)
    {
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("revision"u8, entry.Revision);
            writer.WriteNumber("createRevision"u8, entry.CreateRevision);
            writer.WriteString("resource"u8, entry.Key.Resource);
            writer.WriteString("namespace"u8, entry.Key.Namespace);
            writer.WriteString("name"u8, entry.Key.Name);
            writer.WritePropertyName("object"u8);
            writer.WriteRawValue(OneLine(entry.Json.Span));
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
    }

    // A line end can only be white space between JSON's tokens: within a string it is written as an escape.
    private static ReadOnlySpan<byte> OneLine(ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAny((byte)'\n', (byte)'\r') < 0)
            return json;
        var flat = json.ToArray();
        flat.AsSpan().Replace((byte)'\n', (byte)' ');
        flat.AsSpan().Replace((byte)'\r', (byte)' ');
        return flat;
    }

    private static void AddLine(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> line)
    {
        buffer.Write(line);
        buffer.Write("\n"u8);
    }

    private static async Task FlushAsync(Stream output, ArrayBufferWriter<byte> buffer, IncrementalHash hash, CancellationToken cancellationToken)
    {
        hash.AppendData(buffer.WrittenSpan);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }
}

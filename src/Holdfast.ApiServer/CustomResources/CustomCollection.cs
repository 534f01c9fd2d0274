using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.CustomResources;

/// <summary>
/// The objects of a custom resource as one of its versions shows them. They are stored in the version that the definition
/// names; what is stored by an older schema is pruned and filled in when it is read, once for each stored object.
/// </summary>
/// <param name="kind">The version.</param>
/// <param name="versions">All versions of the definition.</param>
#pragma warning disable CA1001 // The source of the end has no timer and no link, so there is nothing to dispose.
public sealed class CustomCollection(CustomKind kind, ImmutableArray<CustomKind> versions) : IStoredForms
#pragma warning restore CA1001
{
    private readonly FrozenDictionary<string, CustomKind> _byVersion = versions.ToFrozenDictionary(version => version.Type.ApiVersion, StringComparer.Ordinal);
    private readonly CustomKind _storage = versions.First(version => version.Version.Storage);
    private readonly ConditionalWeakTable<Entry, StrongBox<StoredForm>> _forms = [];
    private readonly CancellationTokenSource _retirement = new();
    private bool _isTerminating;

    /// <summary>The version.</summary>
    public CustomKind Kind => kind;

    /// <summary>Whether the definition is being deleted, so that nothing new is made.</summary>
    public bool IsTerminating => Volatile.Read(ref _isTerminating);

    /// <summary>Ends when this version is changed or no longer served: what follows it must begin anew.</summary>
    public CancellationToken Retired => _retirement.Token;

    /// <summary>Notes that the definition is being deleted; who follows its objects goes on to the last of them.</summary>
    public void BeginTermination() => Volatile.Write(ref _isTerminating, true);

    /// <summary>Ends everything that follows this version.</summary>
#pragma warning disable CA1849 // CancelAsync would leave the simulator's one thread.
    public void Retire() => _retirement.Cancel();
#pragma warning restore CA1849

    /// <inheritdoc/>
    public IResource ToStored(IResource resource)
    {
        var custom = (CustomObject)resource;
        if (WholeNumbers.Plain(custom.Body) is var plain && !ReferenceEquals(plain, custom.Body))
            custom = custom with { Body = plain };
        if (ReferenceEquals(custom.Type, _storage.Type))
            return custom;
        // Its defaults are filled in when it is read, so it must not pass for what has been read: its type is another one's equal, not the same.
        var converted = _storage.Codec.Convert(custom);
        return new CustomObject(_storage.Type with { }, converted.Metadata, converted.Body);
    }

    /// <inheritdoc/>
    public StoredForm Show(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Decoded is CustomObject known && ReferenceEquals(known.Type, kind.Type)
            ? new StoredForm(known, entry.Json)
            : _forms.GetValue(entry, Make).Value;
    }

    /// <inheritdoc/>
    public bool IsStoredAsNow(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return VersionOf(entry.Json.Span) == _storage.Type.ApiVersion;
    }

    private StrongBox<StoredForm> Make(Entry entry)
    {
        var reader = _byVersion.GetValueOrDefault(VersionOf(entry.Json.Span), kind);
        var stored = (CustomObject)reader.Codec.Read(entry.Json.Span, new DecodeIssues());
        var shown = ReferenceEquals(stored.Type, kind.Type) ? stored : kind.Codec.Convert(stored);
        var json = ModelJson.ToBytes(shown.Write);
        if (!json.AsSpan().SequenceEqual(entry.Json.Span))
            return new(new StoredForm(shown, json));
        _ = entry.PublishDecoded(shown);
        return new(new StoredForm(shown, entry.Json));
    }

    private static string VersionOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonInput.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("apiVersion"u8);
            reader.Read();
            if (isVersion)
                return reader.GetString() ?? "";
            reader.Skip();
        }
        return "";
    }
}

using System.Runtime.CompilerServices;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Registry;

/// <summary>Serves the core group's events in the group <c>events.k8s.io</c>; each stored one is converted once.</summary>
internal sealed class EventForms : IStoredForms
{
    private readonly ConditionalWeakTable<Entry, StrongBox<StoredForm>> _forms = [];

    /// <inheritdoc/>
    public IResource ToStored(IResource resource) => Model.Events.EventConversion.ToCore((Model.Events.Event)resource);

    /// <inheritdoc/>
    public StoredForm Show(Entry entry) => _forms.GetValue(entry, Make).Value;

    /// <inheritdoc/>
    public bool IsStoredAsNow(Entry entry) => true;

    /// <summary>The JSON of an event in the other of its two groups.</summary>
    /// <param name="json">The event.</param>
    /// <param name="to">The resource of the other group.</param>
    public static byte[] InGroup(ReadOnlySpan<byte> json, ResourceType to)
    {
        IResource shown = to.Group.Length == 0
            ? Model.Events.EventConversion.ToCore((Model.Events.Event)CodecOf(Model.Events.Event.ResourceType).Read(json, new DecodeIssues()))
            : Model.Events.EventConversion.FromCore((Model.Core.Event)CodecOf(Model.Core.Event.ResourceType).Read(json, new DecodeIssues()));
        return ModelJson.ToBytes(shown.Write);
    }

    private static ResourceCodec CodecOf(ResourceType type) => ResourceCatalog.Find(type.ApiVersion, type.Kind)!;

    private static StrongBox<StoredForm> Make(Entry entry)
    {
        var stored = entry.Decoded ?? entry.PublishDecoded(CodecOf(Model.Core.Event.ResourceType).Read(entry.Json.Span, new DecodeIssues()));
        var shown = Model.Events.EventConversion.FromCore((Model.Core.Event)stored);
        return new(new StoredForm(shown, ModelJson.ToBytes(shown.Write)));
    }
}

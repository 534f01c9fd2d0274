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

    private static StrongBox<StoredForm> Make(Entry entry)
    {
        var codec = ResourceCatalog.Find(Model.Core.Event.ResourceType.ApiVersion, Model.Core.Event.ResourceType.Kind)!;
        var stored = entry.Decoded ?? entry.PublishDecoded(codec.Read(entry.Json.Span, new DecodeIssues()));
        var shown = Model.Events.EventConversion.FromCore((Model.Core.Event)stored);
        return new(new StoredForm(shown, ModelJson.ToBytes(shown.Write)));
    }
}

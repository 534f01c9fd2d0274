using System.Collections.Immutable;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Resources;
using Holdfast.Store;

namespace Holdfast.ApiServer.Admission;

/// <summary>What is about to be done to an object.</summary>
public enum AdmissionOperation
{
    /// <summary>It is made.</summary>
    Create,

    /// <summary>It is changed.</summary>
    Update,

    /// <summary>It is deleted.</summary>
    Delete,

    /// <summary>It is connected to, as by <c>exec</c>.</summary>
    Connect,
}

/// <summary>One write as admission sees it, on one view of the cluster.</summary>
/// <param name="served">The kind.</param>
/// <param name="operation">What is about to be done.</param>
/// <param name="key">The object; its name is empty while it is still to be generated.</param>
/// <param name="view">The cluster as the decision sees it.</param>
/// <param name="context">Who asks, and how.</param>
public sealed class AdmissionRequest(
    ServedResource served, AdmissionOperation operation, ResourceKey key, ClusterView view, WriteContext context)
{
    private readonly List<Condition> _conditions = [];
    private Dictionary<string, IResource>? _lastOutputs;
    private bool _isReinvocationAsked;

    /// <summary>The kind.</summary>
    public ServedResource Served { get; } = served;

    /// <summary>What is about to be done.</summary>
    public AdmissionOperation Operation { get; } = operation;

    /// <summary>The object's name and namespace.</summary>
    public ResourceKey Key { get; } = key;

    /// <summary>The cluster as the decision sees it.</summary>
    public ClusterView View { get; } = view;

    /// <summary>Who asks, and how.</summary>
    public WriteContext Context { get; } = context;

    /// <summary>The sub-resource; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The stored object; null for a creation.</summary>
    public IResource? Old { get; init; }

    /// <summary>Gives the options of the write as JSON; null when they follow from the context.</summary>
    public Func<ReadOnlyMemory<byte>>? Options { get; init; }

    /// <summary>What a connection asks for, as JSON; empty for everything else.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The kind of <see cref="Document"/>, such as <c>PodExecOptions</c>.</summary>
    public string DocumentKind { get; init; } = "";

    /// <summary>Whether the chain runs a second time because webhooks have changed the object.</summary>
    public bool IsReinvocation { get; private set; }

    /// <summary>The object as each webhook that may be called again has left it, by the webhook.</summary>
    internal Dictionary<string, IResource> LastOutputs => _lastOutputs ??= new(StringComparer.Ordinal);

    /// <summary>What the decision rests on; the write takes place only if it still holds, and is otherwise decided again.</summary>
    public ImmutableArray<Condition> Conditions => [.. _conditions];

    /// <summary>Whether this is the creation of an object of a kind, not of one of its sub-resources.</summary>
    /// <param name="groupResource">The kind's plural and group.</param>
    public bool Creates(string groupResource) =>
        Operation == AdmissionOperation.Create && Subresource.Length == 0 && Served.StoreName == groupResource;

    /// <summary>Says that the object was changed late, so that steps before have to look at it again.</summary>
    internal void AskForReinvocation() => _isReinvocationAsked = true;

    /// <summary>Begins the second run of the chain, when somebody has asked for it; there is never a third.</summary>
    internal bool BeginReinvocation() => _isReinvocationAsked && !IsReinvocation && (IsReinvocation = true);

    /// <summary>Makes the write depend on something that the decision has read.</summary>
    /// <param name="condition">What must still hold at the commit.</param>
    public void Require(Condition condition) => _conditions.Add(condition);
}

using System.Collections.Immutable;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.Namespaces;

/// <summary>What is left of one kind in a namespace, as the server just said.</summary>
/// <param name="GroupResource">The kind: <c>statefulsets.apps</c>; <c>pods</c>.</param>
/// <param name="Group">The kind's group; empty for the core group.</param>
/// <param name="Plural">The kind's plural.</param>
/// <param name="Count">How many objects are left.</param>
/// <param name="Finalizers">Their finalizers, with how many objects have each.</param>
/// <param name="Error">Why some could not be listed or deleted; null when all went well.</param>
public sealed record NamespaceContent(
    string GroupResource, string Group, string Plural, int Count, ImmutableSortedDictionary<string, int> Finalizers, string? Error);

/// <summary>What is known of a namespace that ends.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Contents">What is left of each kind that was looked at, after all of it was asked to go.</param>
/// <param name="IsComplete">Whether every kind was looked at: while pods are left, the rest is left alone.</param>
public sealed record NamespaceObservation(Namespace Namespace, ImmutableArray<NamespaceContent> Contents, bool IsComplete);

/// <summary>What becomes of an ending namespace.</summary>
/// <param name="Status">Its new status; null when it is right.</param>
/// <param name="MayGo">Whether nothing holds it any more.</param>
/// <param name="Reason">What holds it, or why it may go.</param>
public sealed record NamespacePlan(NamespaceStatus? Status, bool MayGo, string Reason);

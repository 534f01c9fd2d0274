using Holdfast.Model.Resources;

namespace Holdfast.Controllers.GarbageCollection;

/// <summary>One thing to do for an object that owns or is owned, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record GarbageEffect(string Reason);

/// <summary>Change an object's metadata.</summary>
/// <param name="Object">The object as it should be.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateObject(IResource Object, string Reason) : GarbageEffect(Reason);

/// <summary>Delete an object, provided it is still as it was seen.</summary>
/// <param name="Object">The object as it was seen.</param>
/// <param name="Propagation"><c>Foreground</c>, <c>Background</c> or <c>Orphan</c>.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteObject(IResource Object, string Propagation, string Reason) : GarbageEffect(Reason);

/// <summary>Tell people of an owner reference that cannot hold.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="Reason">Why they are told.</param>
public sealed record SayInvalidOwner(string Message, string Reason) : GarbageEffect(Reason);

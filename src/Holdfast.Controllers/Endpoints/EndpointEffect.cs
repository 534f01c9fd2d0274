using Holdfast.Model.Discovery;

namespace Holdfast.Controllers.Endpoints;

/// <summary>One thing to do for a Service's endpoints, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record EndpointEffect(string Reason);

/// <summary>Make a slice.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateSlice(EndpointSlice Slice, string Reason) : EndpointEffect(Reason);

/// <summary>Change a slice.</summary>
/// <param name="Slice">The slice as it should be.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateSlice(EndpointSlice Slice, string Reason) : EndpointEffect(Reason);

/// <summary>Delete a slice.</summary>
/// <param name="Slice">The slice as it was seen.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteSlice(EndpointSlice Slice, string Reason) : EndpointEffect(Reason);

/// <summary>Make the Endpoints object.</summary>
/// <param name="Endpoints">The object.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateEndpoints(Model.Core.Endpoints Endpoints, string Reason) : EndpointEffect(Reason);

/// <summary>Change the Endpoints object.</summary>
/// <param name="Endpoints">The object as it should be.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateEndpoints(Model.Core.Endpoints Endpoints, string Reason) : EndpointEffect(Reason);

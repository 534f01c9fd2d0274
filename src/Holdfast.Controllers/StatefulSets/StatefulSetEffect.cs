using System.Collections.Immutable;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;

namespace Holdfast.Controllers.StatefulSets;

/// <summary>One thing that the plan does, with its reason in words.</summary>
/// <param name="Reason">Why.</param>
public abstract record StatefulSetEffect(string Reason);

/// <summary>Take a pod that matches the selector and that nobody controls.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Reason">Why.</param>
public sealed record AdoptPod(Pod Pod, string Reason) : StatefulSetEffect(Reason);

/// <summary>Let go of a pod that no longer matches the selector.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Reason">Why.</param>
public sealed record ReleasePod(Pod Pod, string Reason) : StatefulSetEffect(Reason);

/// <summary>Take a revision that matches the selector and that nobody controls.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Reason">Why.</param>
public sealed record AdoptRevision(ControllerRevision Revision, string Reason) : StatefulSetEffect(Reason);

/// <summary>Record the set's template as a new revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateRevision(ControllerRevision Revision, string Reason) : StatefulSetEffect(Reason);

/// <summary>Make an older revision the newest one again.</summary>
/// <param name="Revision">The revision with its new number.</param>
/// <param name="Reason">Why.</param>
public sealed record RenumberRevision(ControllerRevision Revision, string Reason) : StatefulSetEffect(Reason);

/// <summary>Forget a revision that no pod has and that exceeds the history limit.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Reason">Why.</param>
public sealed record DeleteRevision(ControllerRevision Revision, string Reason) : StatefulSetEffect(Reason);

/// <summary>Make a claim that a pod needs.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="PodName">The pod that needs it.</param>
/// <param name="Reason">Why.</param>
public sealed record CreateClaim(PersistentVolumeClaim Claim, string PodName, string Reason) : StatefulSetEffect(Reason);

/// <summary>Set a claim's owners as the retention policy has them.</summary>
/// <param name="Claim">The claim with its new owners.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdateClaim(PersistentVolumeClaim Claim, string Reason) : StatefulSetEffect(Reason)
{
    /// <summary>The pod with which the claim is to go from now on, data and all; null when it goes with none.</summary>
    public Pod? GivenTo { get; init; }
}

/// <summary>Make a pod.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Reason">Why.</param>
public sealed record CreatePod(Pod Pod, string Reason) : StatefulSetEffect(Reason);

/// <summary>Give a pod back its identity.</summary>
/// <param name="Pod">The pod with its labels.</param>
/// <param name="Reason">Why.</param>
public sealed record UpdatePod(Pod Pod, string Reason) : StatefulSetEffect(Reason);

/// <summary>Delete a pod; the uid is a precondition, so that only this very pod goes.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Reason">Why.</param>
public sealed record DeletePod(Pod Pod, string Reason) : StatefulSetEffect(Reason);

/// <summary>What is to be done for a set now.</summary>
/// <param name="Effects">The effects, in order; when one fails the rest wait for the next plan.</param>
/// <param name="Status">The status to write, or null when what is written holds.</param>
/// <param name="RequeueAfter">When to plan again although nothing changes, or null.</param>
/// <param name="Waiting">What the plan waits for, in words; empty when it waits for nothing.</param>
public sealed record StatefulSetPlan(ImmutableArray<StatefulSetEffect> Effects, StatefulSetStatus? Status, TimeSpan? RequeueAfter, string Waiting)
{
    /// <summary>What people are warned of: that nothing can be done about something now.</summary>
    public ImmutableArray<StatefulSetNote> Notes { get; init; } = [];
}

/// <summary>Something that people are warned of.</summary>
/// <param name="Reason">One word: <c>FailedCreate</c>.</param>
/// <param name="Message">What is the matter.</param>
public sealed record StatefulSetNote(string Reason, string Message);

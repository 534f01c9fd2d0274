namespace Holdfast.Steward;

/// <summary>The labels, annotations and names by which the Steward marks and finds things.</summary>
public static class StewardNames
{
    /// <summary>The field manager of everything that the Steward writes.</summary>
    public const string FieldManager = "holdfast-steward";

    /// <summary>A pod's label: leader, follower or learner; it is taken away when that is not known.</summary>
    public const string RoleLabel = "holdfast.dev/role";

    /// <summary>A pod's annotation: the term that its role was seen in.</summary>
    public const string RoleTermAnnotation = "holdfast.dev/role-term";

    /// <summary>An annotation of a pod, or of an Eviction: let it go although the Steward says no, for the reason that is its value.</summary>
    public const string OverrideAnnotation = "holdfast.dev/override";

    /// <summary>An annotation of a set: how many replicas someone wanted of it directly, held back until the Steward has seen to it.</summary>
    public const string WantedReplicasAnnotation = "holdfast.dev/wanted-replicas";

    /// <summary>An annotation of a snapshot: the uid of the claim that it is a copy of.</summary>
    public const string ClaimUidAnnotation = "holdfast.dev/claim-uid";

    /// <summary>A label of what the Steward keeps: the name of the Steward.</summary>
    public const string StewardLabel = "holdfast.dev/steward";

    /// <summary>Who the Steward is to the API in a cluster.</summary>
    public const string UserName = "system:serviceaccount:holdfast-system:holdfast-steward";
}

namespace Holdfast.Simulator.Workload;

/// <summary>Who works with the cluster, from the beginning to the end of a run.</summary>
internal interface IWorkload
{
    /// <summary>The sets that there are meant to be, and that are looked after by nobody but the controllers.</summary>
    IReadOnlyCollection<string> Sets { get; }

    /// <summary>Namespaces that were deleted and must go.</summary>
    List<string> DeletedSpaces { get; }

    /// <summary>Makes what there is at first.</summary>
    Task BeginAsync();

    /// <summary>Does one thing.</summary>
    Task ActAsync();

    /// <summary>Leaves everything as it can come to rest.</summary>
    Task CleanUpAsync();

    /// <summary>Does what is left to a person while it comes to rest.</summary>
    Task HelpAsync();

    /// <summary>What is not yet as it is wanted, besides what every cluster comes to; null when nothing is.</summary>
    Task<string?> MissingAsync();
}

namespace Holdfast.Controllers.Runtime;

/// <summary>How much a work queue has to do at one moment.</summary>
/// <param name="Due">Keys that are due and wait for a worker.</param>
/// <param name="Delayed">Keys that come up later.</param>
/// <param name="LongestRunning">How long the oldest of the runs has run.</param>
/// <param name="UnfinishedWork">How long all runs have run, together.</param>
public sealed record WorkQueueLoad(int Due, int Delayed, TimeSpan LongestRunning, TimeSpan UnfinishedWork);

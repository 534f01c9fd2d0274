namespace LedgerStore.Simulator.World;

/// <summary>A member's process ends in the middle of what it does.</summary>
/// <param name="why">What ended it.</param>
public sealed class SimulatedCrash(string why) : Exception(why);

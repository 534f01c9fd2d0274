namespace Holdfast.Platform;

/// <summary>A background loop that ended with an exception nobody expected.</summary>
/// <param name="Name">The name the loop was started with.</param>
/// <param name="Exception">What ended it.</param>
public sealed record TaskFault(string Name, Exception Exception);

namespace Holdfast.Cli.Demo;

/// <summary>One line of the demo's end: what was promised, what was seen and how long it took.</summary>
/// <param name="Promised">The promise.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Took">How long it took.</param>
/// <param name="IsKept">Whether the promise was kept.</param>
internal sealed record Promise(string Promised, string Seen, TimeSpan Took, bool IsKept);

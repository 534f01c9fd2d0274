namespace Holdfast.Cli.Demo;

/// <summary>What was promised was not seen.</summary>
/// <param name="message">What was seen instead.</param>
internal sealed class PromiseBrokenException(string message) : Exception(message);

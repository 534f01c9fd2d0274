namespace Holdfast.Cli.Demo;

/// <summary>What was promised was not seen.</summary>
/// <param name="message">What was seen instead.</param>
internal sealed class PromiseBrokenException(string message) : Exception(message)
{
    /// <summary>Breaks the promise unless something is so.</summary>
    /// <param name="isSo">What must be so.</param>
    /// <param name="otherwise">What was seen instead.</param>
    /// <exception cref="PromiseBrokenException">It is not so.</exception>
    internal static void Unless(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new PromiseBrokenException(otherwise);
        }
    }
}

namespace Holdfast.Host;

/// <summary>The cluster cannot do what was asked; the message is one line for a person and says what to do.</summary>
/// <param name="message">What happened and what to do.</param>
/// <param name="innerException">What went wrong below, if anything.</param>
public sealed class ClusterException(string message, Exception? innerException = null) : Exception(message, innerException);

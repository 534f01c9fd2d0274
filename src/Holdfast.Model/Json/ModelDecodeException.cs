namespace Holdfast.Model.Json;

/// <summary>JSON that does not have the shape of the type it is read as; the message is fit for a user and for an API Status.</summary>
/// <param name="message">What was found, where, and what was expected.</param>
public sealed class ModelDecodeException(string message) : Exception(message);

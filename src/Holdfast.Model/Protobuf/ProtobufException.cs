namespace Holdfast.Model.Protobuf;

/// <summary>Bytes that are not the protocol buffers they should be; the message is fit for a user and for an API Status.</summary>
/// <param name="message">What was found, where, and what was expected.</param>
public sealed class ProtobufException(string message) : Exception(message);

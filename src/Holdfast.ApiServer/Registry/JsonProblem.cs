using Holdfast.Model.Json;

namespace Holdfast.ApiServer.Registry;

/// <summary>Says what is wrong with JSON that a client sent, in Kubernetes' words and never in those of the reader.</summary>
internal static class JsonProblem
{
    /// <summary>The words of a failure.</summary>
    /// <param name="failure">What the decoder threw: its own words are Kubernetes', a reader's are not.</param>
    /// <param name="json">What it read.</param>
    public static string Words(Exception failure, ReadOnlySpan<byte> json) =>
        failure is ModelDecodeException ? failure.Message : JsonSyntax.Describe(json);
}

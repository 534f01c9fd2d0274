using System.Text.Json;

namespace Holdfast.Model.Json;

/// <summary>Reads and writes one kind of JSON value; composed by type arguments, so that no delegate is called.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public interface ICodec<T>
{
    /// <summary>The type's name in messages, as Kubernetes' own (Go) types are called there.</summary>
    static abstract string TypeName { get; }

    /// <summary>Reads the current value; null reads as the zero value.</summary>
    /// <param name="input">The input.</param>
    /// <param name="field">The field's name, for messages.</param>
    static abstract T Read(ref JsonInput input, string field);

    /// <summary>Writes one value.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="value">The value.</param>
    static abstract void Write(Utf8JsonWriter writer, T value);
}

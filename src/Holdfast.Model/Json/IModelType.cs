using System.Text.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Json;

/// <summary>A record that reads and writes itself as JSON and describes its own shape.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IModelType<TSelf> where TSelf : IModelType<TSelf>
{
    /// <summary>The shape of the type: its fields, their types and how lists merge.</summary>
    static abstract TypeSchema ModelSchema { get; }

    /// <summary>Reads the current value; null reads as the empty record.</summary>
    /// <param name="input">The input, at the value's first token; left at its last.</param>
    /// <exception cref="ModelDecodeException">The value does not have this type's shape.</exception>
    static abstract TSelf Read(ref JsonInput input);

    /// <summary>Writes the record as one JSON value; what is empty and optional is left out.</summary>
    /// <param name="writer">The writer.</param>
    void Write(Utf8JsonWriter writer);
}

using System.Text.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.Json;

/// <summary>Records that read and write themselves.</summary>
/// <typeparam name="T">The record.</typeparam>
public readonly struct ObjectCodec<T> : ICodec<T> where T : IModelType<T>
{
    /// <inheritdoc/>
    public static T Read(ref JsonInput input, string field)
    {
        if (field.Length == 0)
        {
            return T.Read(ref input);
        }
        input.Enter(field);
        var value = T.Read(ref input);
        input.Leave();
        return value;
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, T value) => value.Write(writer);
}

/// <summary>Lists.</summary>
/// <typeparam name="TCodec">The codec of the elements.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
public readonly struct ListCodec<TCodec, T> : ICodec<ValueList<T>> where TCodec : ICodec<T>
{
    /// <inheritdoc/>
    public static ValueList<T> Read(ref JsonInput input, string field)
    {
        if (input.IsNull)
        {
            return default;
        }
        if (input.Token != JsonTokenType.StartArray)
        {
            throw input.Mismatch(field, "[]" + typeof(T).Name);
        }
        var items = new List<T>();
        input.Enter(field);
        while (input.Read() && input.Token != JsonTokenType.EndArray)
        {
            input.Enter(items.Count);
            items.Add(TCodec.Read(ref input, ""));
            input.Leave();
        }
        input.Leave();
        return new ValueList<T>([.. items]);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, ValueList<T> value)
    {
        writer.WriteStartArray();
        foreach (var item in value)
        {
            TCodec.Write(writer, item);
        }
        writer.WriteEndArray();
    }
}

/// <summary>Maps from strings.</summary>
/// <typeparam name="TCodec">The codec of the values.</typeparam>
/// <typeparam name="T">The value type.</typeparam>
public readonly struct MapCodec<TCodec, T> : ICodec<ValueMap<T>> where TCodec : ICodec<T>
{
    /// <inheritdoc/>
    public static ValueMap<T> Read(ref JsonInput input, string field)
    {
        if (input.IsNull)
        {
            return default;
        }
        if (input.Token != JsonTokenType.StartObject)
        {
            throw input.Mismatch(field, "map[string]" + typeof(T).Name);
        }
        var entries = new SortedList<string, T>(StringComparer.Ordinal);
        input.Enter(field);
        while (input.NextField(out var name))
        {
            var key = System.Text.Encoding.UTF8.GetString(name);
            if (entries.ContainsKey(key))
            {
                input.Repeated(key);
            }
            entries[key] = TCodec.Read(ref input, key);
        }
        input.Leave();
        return new ValueMap<T>([.. entries]);
    }

    /// <inheritdoc/>
    public static void Write(Utf8JsonWriter writer, ValueMap<T> value)
    {
        writer.WriteStartObject();
        foreach (var (key, item) in value)
        {
            writer.WritePropertyName(key);
            TCodec.Write(writer, item);
        }
        writer.WriteEndObject();
    }
}

using System.Text.Json;
using Holdfast.Model.Values;

namespace Holdfast.Model.Json;

/// <summary>Records that read and write themselves.</summary>
/// <typeparam name="T">The record.</typeparam>
public readonly struct ObjectCodec<T> : ICodec<T> where T : IModelType<T>
{
    /// <inheritdoc/>
    public static string TypeName => "v1." + typeof(T).Name;

    /// <inheritdoc/>
    public static T Read(ref JsonInput input, string field)
    {
        var outer = input.CurrentType;
        if (field.Length > 0)
        {
            input.Enter(field);
        }
        var value = T.Read(ref input);
        if (field.Length > 0)
        {
            input.Leave();
        }
        input.CurrentType = outer;
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
    public static string TypeName => "[]" + TCodec.TypeName;

    /// <inheritdoc/>
    public static ValueList<T> Read(ref JsonInput input, string field)
    {
        if (input.IsNull)
        {
            return default;
        }
        if (input.Token != JsonTokenType.StartArray)
        {
            throw input.Mismatch(field, TypeName);
        }
        T[] items = [];
        var count = 0;
        input.Enter(field);
        while (input.Read() && input.Token != JsonTokenType.EndArray)
        {
            if (count == items.Length)
            {
                Array.Resize(ref items, count == 0 ? 2 : count * 2);
            }
            input.Enter(count);
            items[count++] = TCodec.Read(ref input, "");
            input.Leave();
        }
        input.Leave();
        Array.Resize(ref items, count);
        return new ValueList<T>(items);
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
    public static string TypeName => typeof(T) == typeof(Quantity) ? "v1.ResourceList" : "map[string]" + TCodec.TypeName;

    /// <inheritdoc/>
    public static ValueMap<T> Read(ref JsonInput input, string field)
    {
        if (input.IsNull)
        {
            return default;
        }
        if (input.Token != JsonTokenType.StartObject)
        {
            throw input.Mismatch(field, TypeName);
        }
        var entries = new SortedEntries<T>();
        input.Enter(field);
        while (input.NextField(out var name))
        {
            var key = System.Text.Encoding.UTF8.GetString(name);
            input.EnterKey(key);
            var value = TCodec.Read(ref input, "");
            input.Leave();
            if (!entries.Set(key, value))
            {
                input.Repeated(key);
            }
        }
        input.Leave();
        return entries.ToMap();
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

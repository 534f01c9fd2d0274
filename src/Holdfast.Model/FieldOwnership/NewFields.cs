using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Schema;

namespace Holdfast.Model.FieldOwnership;

/// <summary>
/// Finds the fields that a new object sets, in one pass over its text: what <see cref="FieldChanges.Between"/> would find
/// between the empty object of its kind and this one, but quick enough for every create.
/// </summary>
public ref struct NewFields
{
    // Entries of all levels that are being read, the innermost last.
    private readonly List<FieldSetEntry> _open;
    private Utf8JsonReader _reader;

    private NewFields(ReadOnlySpan<byte> json)
    {
        _open = new List<FieldSetEntry>(16);
        _reader = new Utf8JsonReader(json, JsonInput.ReaderOptions);
    }

    /// <summary>The set of an object.</summary>
    /// <param name="json">The object as the Model writes it.</param>
    /// <param name="type">Its type.</param>
    public static FieldSet Of(ReadOnlySpan<byte> json, TypeSchema type)
    {
        var fields = new NewFields(json);
        _ = fields._reader.Read();
        return fields.Members(new FieldSlot(null, null), type, isBlank: true, null, null) ?? FieldSet.Empty;
    }

    // Reads the value at the reader and adds it under its element. Blank: the empty object has the value that surrounds it.
    private void Value(string element, FieldSlot slot, bool isBlank)
    {
        var isAlways = isBlank && slot.Field is { IsAlwaysWritten: true };
        if (isAlways && IsZero(slot.Shape!.Kind))
        {
            return;
        }
        var isPart = slot.Shape?.Kind == ShapeKind.Deduced ? _reader.TokenType == JsonTokenType.StartObject
            : slot.IsGranular && _reader.TokenType is (JsonTokenType.StartObject or JsonTokenType.StartArray);
        if (!isPart)
        {
            _reader.Skip();
            _open.Add(new(element, true, null));
            return;
        }
        var children = slot.Shape!.Kind switch
        {
            ShapeKind.List => Items(slot),
            ShapeKind.Object => Members(slot, slot.Shape.Type!, isAlways, null, null),
            _ => Members(slot, null, false, null, null),
        };
        var isMember = !isAlways || (children is null && slot.Shape.Kind != ShapeKind.Object);
        if (isMember || children is not null)
        {
            _open.Add(new(element, isMember, children));
        }
    }

    private FieldSet? Members(FieldSlot slot, TypeSchema? type, bool isBlank, FieldSchema? list, string?[]? keys)
    {
        var start = _open.Count;
        var next = 0;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null)
            {
                var element = PathElement.Field(_reader.GetString()!);
                _ = _reader.Read();
                Value(element, new FieldSlot(slot.Shape!.Element, slot.Shape.Values), false);
                continue;
            }
            var field = Next(type, ref next);
            var name = field is null ? _reader.GetString()! : field.JsonName;
            _ = _reader.Read();
            if (field is null && type.OtherFields is { } other)
            {
                Value(PathElement.Field(name), new FieldSlot(other, null), false);
                continue;
            }
            if (field is null || (name == "managedFields" && ReferenceEquals(type, ObjectMeta.ModelSchema)))
            {
                _reader.Skip();
                if (field is null)
                {
                    _open.Add(new(PathElement.Field(name), true, null));
                }
                continue;
            }
            if (keys is not null && list!.MapKeys.IndexOf(name) is >= 0 and var key)
            {
                keys[key] = Raw();
            }
            Value(field.PathElement, new FieldSlot(field.Shape, field), isBlank);
        }
        return Close(start);
    }

    private FieldSet? Items(FieldSlot slot)
    {
        var start = _open.Count;
        var list = slot.Field!;
        var keys = list.ListKind == ListKind.Map ? new string?[list.MapKeys.Length] : null;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (keys is null)
            {
                _open.Add(new(PathElement.OfScalar(Raw()), true, null));
                _reader.Skip();
                continue;
            }
            Array.Clear(keys);
            var item = slot.Item;
            var children = Members(item, item.Shape!.Type!, false, list, keys);
            if (PathElement.OfKeys(list, keys) is { } element)
            {
                _open.Add(new(element, true, item.IsGranular ? children : null));
            }
        }
        return Close(start);
    }

    // Takes the entries of the innermost level off the stack.
    private readonly FieldSet? Close(int start)
    {
        var entries = CollectionsMarshal.AsSpan(_open)[start..];
        if (entries.IsEmpty)
        {
            return null;
        }
        var set = FieldSetBuilder.Build(entries);
        CollectionsMarshal.SetCount(_open, start);
        return set;
    }

    // The Model writes fields in the order of their schema, so the next one is nearly always at or soon after the last.
    private readonly FieldSchema? Next(TypeSchema type, ref int next)
    {
        var fields = type.Fields.AsSpan();
        var name = _reader.ValueSpan;
        for (var tried = 0; tried < fields.Length; tried++)
        {
            var at = next < fields.Length ? next : 0;
            next = at + 1;
            if (name.SequenceEqual(fields[at].Utf8Name))
            {
                return fields[at];
            }
        }
        return null;
    }

    private readonly bool IsZero(ShapeKind kind) => _reader.TokenType switch
    {
        JsonTokenType.Null or JsonTokenType.False => true,
        JsonTokenType.Number => _reader.ValueSpan.SequenceEqual("0"u8),
        JsonTokenType.String => _reader.ValueSpan.IsEmpty || (kind == ShapeKind.Quantity && _reader.ValueSpan.SequenceEqual("0"u8)),
        _ => false,
    };

    private readonly string Raw() => _reader.TokenType == JsonTokenType.String
        ? PathElement.Quoted(_reader.GetString()!)
        : Encoding.UTF8.GetString(_reader.ValueSpan);
}

using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Holdfast.Model.Protobuf;

/// <summary>
/// The values of a message by field. A message that comes in several parts is the parts read one after another, as
/// protocol buffers merge them.
/// </summary>
internal sealed class WireMessage
{
    private readonly Dictionary<int, List<WireValue>> _fields = [];
    private readonly Dictionary<int, WireMessage?> _embedded = [];

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">The message.</param>
    /// <exception cref="ProtobufException">The bytes are none.</exception>
    public WireMessage(ReadOnlyMemory<byte> bytes) => Take(bytes);

    private WireMessage(List<WireValue> parts, string name)
    {
        foreach (var part in parts)
        {
            Take(Require(part, WireType.Bytes, name).Bytes);
        }
    }

    /// <summary>Whether no field is there.</summary>
    public bool IsEmpty => _fields.Count == 0;

    /// <summary>All values of a field in their order.</summary>
    /// <param name="field">The field's number.</param>
    public ReadOnlySpan<WireValue> All(int field) => CollectionsMarshal.AsSpan(_fields.GetValueOrDefault(field));

    /// <summary>The message in a field, or null when the field is not there.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="name">Its name, for errors.</param>
    public WireMessage? Message(int field, string name)
    {
        if (!_embedded.TryGetValue(field, out var message))
        {
            message = _fields.TryGetValue(field, out var parts) ? new WireMessage(parts, name) : null;
            _embedded.Add(field, message);
        }
        return message;
    }

    /// <summary>The bytes in a field, of which the last count, or null when it is not there.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="name">Its name, for errors.</param>
    public ReadOnlyMemory<byte>? Bytes(int field, string name) =>
        All(field) is [.., var last] ? Require(last, WireType.Bytes, name).Bytes : null;

    /// <summary>The number in a field, of which the last counts; 0 when it is not there.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="name">Its name, for errors.</param>
    public ulong Number(int field, string name) => All(field) is [.., var last] ? Require(last, WireType.Varint, name).Number : 0;

    /// <summary>The text in a field; empty when it is not there.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="name">Its name, for errors.</param>
    public string Text(int field, string name) => Encoding.UTF8.GetString(RequireText(Bytes(field, name) ?? default, name).Span);

    /// <summary>Gives the bytes when they are UTF-8.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The field's name, for errors.</param>
    public static ReadOnlyMemory<byte> RequireText(ReadOnlyMemory<byte> bytes, string name) =>
        Utf8.IsValid(bytes.Span) ? bytes : throw new ProtobufException($"{name}: the text is not UTF-8");

    /// <summary>Gives the value when it lies on the wire as it should.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">How it should lie there.</param>
    /// <param name="name">The field's name, for errors.</param>
    public static WireValue Require(WireValue value, WireType type, string name) => value.Type == type
        ? value
        : throw new ProtobufException($"{name}: the wire type is {(int)value.Type}, and {(int)type} was expected");

    private void Take(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        while (!reader.IsAtEnd)
        {
            var value = reader.Next(out var field);
            ref var values = ref CollectionsMarshal.GetValueRefOrAddDefault(_fields, field, out _);
            (values ??= []).Add(value);
        }
    }
}

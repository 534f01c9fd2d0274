using System.Globalization;
using System.Text;

namespace Holdfast.Model.Rules;

/// <summary>
/// Where a field is, such as <c>spec.containers[0].image</c>. A node holds only its own step, so walking down an object
/// writes no text; the text is made when a problem is reported.
/// </summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string? _name;
    private readonly int _index;
    private readonly bool _isKey;

    private FieldPath(FieldPath? parent, string? name, int index, bool isKey) =>
        (_parent, _name, _index, _isKey) = (parent, name, index, isKey);

    /// <summary>A field of the object itself.</summary>
    /// <param name="name">The field's name.</param>
    public static FieldPath Root(string name) => new(null, name, 0, isKey: false);

    /// <summary>A field of this field.</summary>
    /// <param name="name">The field's name.</param>
    public FieldPath Child(string name) => new(this, name, 0, isKey: false);

    /// <summary>An element of this list.</summary>
    /// <param name="index">The position, from 0.</param>
    public FieldPath Index(int index) => new(this, null, index, isKey: false);

    /// <summary>An entry of this map.</summary>
    /// <param name="key">The key.</param>
    public FieldPath Key(string key) => new(this, key, 0, isKey: true);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        AppendTo(text);
        return text.ToString();
    }

    private void AppendTo(StringBuilder text)
    {
        _parent?.AppendTo(text);
        if (_name is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{_index}]");
        }
        else if (_isKey)
        {
            text.Append('[').Append(_name).Append(']');
        }
        else
        {
            text.Append(_parent is null ? "" : ".").Append(_name);
        }
    }
}

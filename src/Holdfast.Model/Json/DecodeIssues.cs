using System.Text;

namespace Holdfast.Model.Json;

/// <summary>
/// Where a decoder is in an object, and the fields it met that a strict reader refuses: unknown ones and ones given twice.
/// At most <see cref="MaximumIssues"/> are kept.
/// </summary>
public sealed class DecodeIssues
{
    /// <summary>How many issues are kept for one object.</summary>
    public const int MaximumIssues = 100;

    private readonly List<Step> _path = new(8);
    private List<string>? _unknown;
    private List<string>? _duplicate;

    /// <summary>Paths of fields that the type does not have, such as <c>spec.template.spec.containers[0].imag</c>.</summary>
    public IReadOnlyList<string> UnknownFields => _unknown ?? [];

    /// <summary>Paths of fields that were given more than once.</summary>
    public IReadOnlyList<string> DuplicateFields => _duplicate ?? [];

    /// <summary>Whether there is nothing to refuse.</summary>
    public bool IsClean => _unknown is null && _duplicate is null;

    internal void Enter(string field) => _path.Add(new(field, -1, IsKey: false));

    internal void EnterKey(string key) => _path.Add(new(key, -1, IsKey: true));

    internal void Enter(int index) => _path.Add(new(null, index, IsKey: false));

    internal void Leave() => _path.RemoveAt(_path.Count - 1);

    internal void AddUnknown(string field) => Add(_unknown ??= [], field);

    internal void AddDuplicate(string field) => Add(_duplicate ??= [], field);

    /// <summary>The path with positions, as strict decoding errors name fields.</summary>
    /// <param name="field">The last step.</param>
    internal string PathWithPositions(string field)
    {
        var text = new StringBuilder();
        foreach (var step in _path)
        {
            _ = step.Field is null ? text.Append('[').Append(step.Index).Append(']') : text.Append(text.Length == 0 ? "" : ".").Append(step.Field);
        }
        return text.Append(text.Length == 0 ? "" : ".").Append(field).ToString();
    }

    /// <summary>The path of field names alone, without positions and keys of maps, as type errors name fields.</summary>
    /// <param name="field">The last step.</param>
    internal string PathOfNames(string field) =>
        string.Join('.', _path.Where(step => step.Field is not null && !step.IsKey).Select(step => step.Field).Append(field).Where(name => name!.Length > 0));

    private void Add(List<string> issues, string field)
    {
        var path = PathWithPositions(field);
        if (issues.Count < MaximumIssues && !issues.Contains(path))
        {
            issues.Add(path);
        }
    }

    private readonly record struct Step(string? Field, int Index, bool IsKey);
}

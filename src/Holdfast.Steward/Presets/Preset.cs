using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Stewards;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Presets;

/// <summary>
/// The built-in descriptions of data systems: files in exactly the language of <c>spec.member</c>, so that whatever a preset can do a user can
/// write down too.
/// </summary>
public static class Preset
{
    private const string Folder = "Presets/";
    private const string Ending = ".yaml";

    /// <summary>The names of the presets.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(Preset).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Ending.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of a preset, as a user would write it; null when there is none of that name.</summary>
    /// <param name="name">The name.</param>
    public static string? TextOf(string name)
    {
        if (!Names.Contains(name))
            return null;
        using var reader = new StreamReader(typeof(Preset).Assembly.GetManifestResourceStream(Folder + name + Ending)!);
        return reader.ReadToEnd();
    }

    /// <summary>The description of a preset; null when there is none of that name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidOperationException">The file in this program is not a description: a fault of this program.</exception>
    public static MemberSpec? Find(string name)
    {
        if (TextOf(name) is not { } text)
            return null;
        var unknown = new DecodeIssues();
        try
        {
            var spec = ModelJson.Read<MemberSpec>(PlainYaml.ToJson(text), unknown);
            return unknown.IsClean ? spec : throw new InvalidOperationException($"preset {name} has fields that are not known: {string.Join(", ", unknown.UnknownFields)}");
        }
        catch (Exception error) when (error is JsonException or ModelDecodeException)
        {
            throw new InvalidOperationException($"preset {name} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A description over its preset: what it says itself wins, action by action.</summary>
    /// <param name="member">The description.</param>
    /// <param name="issues">Told when there is no such preset.</param>
    internal static MemberSpec Applied(MemberSpec member, ICollection<ActionIssue> issues)
    {
        if (member.Preset.Length == 0)
            return member;
        if (Find(member.Preset) is { } preset)
            return Merged(member, preset);
        issues.Add(new ActionIssue("spec.member.preset", $"there is no preset \"{member.Preset}\"; there are {string.Join(", ", Names)}, and anything else can be described by observe and actions"));
        return member;
    }

    private static MemberSpec Merged(MemberSpec own, MemberSpec preset) => own with
    {
        Container = Or(own.Container, preset.Container),
        Drain = own.Drain ?? preset.Drain,
        JoinLearner = own.JoinLearner ?? preset.JoinLearner,
        JoinVoter = own.JoinVoter ?? preset.JoinVoter,
        Joins = Or(own.Joins, preset.Joins),
        Observe = Merged(own.Observe, preset.Observe),
        Port = own.Port ?? preset.Port,
        Promote = own.Promote ?? preset.Promote,
        Remove = own.Remove ?? preset.Remove,
        Scheme = Or(own.Scheme, preset.Scheme),
        Tls = own.Tls ?? preset.Tls,
        TransferLeadership = own.TransferLeadership ?? preset.TransferLeadership,
    };

    private static ObserveSpec? Merged(ObserveSpec? own, ObserveSpec? preset) => own is null || preset is null ? own ?? preset : own with
    {
        Calls = own.Calls.Count > 0 ? own.Calls : preset.Calls,
        MaximumAge = Or(own.MaximumAge, preset.MaximumAge),
        Period = Or(own.Period, preset.Period),
        Timeout = Or(own.Timeout, preset.Timeout),
    };

    private static string Or(string own, string preset) => own.Length > 0 ? own : preset;
}

using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Cel;
using Holdfast.Model.Values;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>
/// Turns the fields of an answer into what is known of a member. A field of another type than it must have is not known, and of a membership
/// with one entry that cannot be read nothing is: half a membership would be counted as a whole one.
/// </summary>
internal sealed class AnswerReader
{
    // 1970 to 9999; an earlier time is a field that was never set.
    private const long EarliestSecond = 1;
    private const long LatestSecond = 253402300799;

    private readonly MemberAnswer _answer;
    private readonly List<string> _problems = [];

    private AnswerReader(MemberAnswer answer) => _answer = answer;

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="problem">What of it could not be read, in words; empty when all could.</param>
    public static MemberValues Read(MemberAnswer answer, out string problem)
    {
        var reader = new AnswerReader(answer);
        var values = reader.Read();
        problem = string.Join("; ", reader._problems);
        return values;
    }

    private MemberValues Read() => new()
    {
        MemberId = Text(MemberFields.MemberId),
        Name = Text(MemberFields.Name),
        Role = Role(),
        Term = Number(MemberFields.Term),
        LeaderId = Text(MemberFields.LeaderId),
        AppliedIndex = Number(MemberFields.AppliedIndex),
        CommitIndex = Number(MemberFields.CommitIndex),
        IsHealthy = Truth(MemberFields.Healthy),
        IsServing = Truth(MemberFields.Serving),
        Members = Members(),
        Version = Text(MemberFields.Version),
        DataFormat = Text(MemberFields.DataFormat),
        ReadableFormat = Text(MemberFields.ReadableFormat),
        MigrationBacklog = Number(MemberFields.MigrationBacklog),
        DiskFreeBytes = Number(MemberFields.DiskFreeBytes),
        ClusterId = Text(MemberFields.ClusterId),
        LastBackupAt = Time(MemberFields.LastBackupAt),
    };

    private MemberRole? Role() => Text(MemberFields.Role) switch
    {
        null => null,
        "leader" => MemberRole.Leader,
        "follower" => MemberRole.Follower,
        "candidate" => MemberRole.Candidate,
        "learner" => MemberRole.Learner,
        "none" => MemberRole.None,
        var other => Missing<MemberRole>($"{MemberFields.Role} is \"{other}\", not leader, follower, candidate, learner or none"),
    };

    private string? Text(string field) => Find(field) is not { } value ? null : AsText(value) ?? Wrong<string>(field, value, "a text");

    private long? Number(string field) => Find(field) is not { } value ? null : AsNumber(value) ?? Missing<long>(Said(field, value, "a whole number"));

    private DateTimeOffset? Time(string field) => Find(field) switch
    {
        null => null,
        CelTimestamp { Seconds: >= EarliestSecond and <= LatestSecond } time => DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick),
        CelString { Value: "" } => null,
        CelString text when IsTime(text.Value) && DateTimeOffset.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) => time,
        var value when AsNumber(value) is >= EarliestSecond and <= LatestSecond and var seconds => DateTimeOffset.FromUnixTimeSeconds(seconds),
        var other => Missing<DateTimeOffset>(Said(field, other, "a time such as 2026-01-31T12:00:00Z, or seconds since 1970")),
    };

    private bool? Truth(string field) => Find(field) switch
    {
        null => null,
        CelBool truth => truth.Value,
        var other => Missing<bool>(Said(field, other, "true or false")),
    };

    private ValueList<MemberEntry>? Members()
    {
        if (Find(MemberFields.Members) is not { } value)
            return null;
        if (value is not CelList list)
            return Missing<ValueList<MemberEntry>>(Said(MemberFields.Members, value, "a list of maps of id, name, address and voter"));
        var entries = ImmutableArray.CreateBuilder<MemberEntry>(list.Items.Length);
        foreach (var item in list.Items)
        {
            if (item is not CelMap map || Of(map, "id") is not { } id || AsText(id) is not { Length: > 0 } idText || Of(map, "voter") is not CelBool voter)
                return Missing<ValueList<MemberEntry>>($"an entry of {MemberFields.Members} has no id or does not say whether it is a voter");
            entries.Add(new MemberEntry(idText, Optional(map, "name"), Optional(map, "address"), voter.Value));
        }
        return entries.ToValueList();
    }

    private CelValue? Find(string field) => _answer.Fields.GetValueOrDefault(field);

    private static CelValue? Of(CelMap map, string key) => map.Entries.GetValueOrDefault(new CelString(key));

    private static string? Optional(CelMap map, string key) => Of(map, key) is CelString { Value.Length: > 0 } text ? text.Value : null;

    private static string? AsText(CelValue value) => value switch
    {
        CelString text => text.Value,
        CelInt number => number.Value.ToString(CultureInfo.InvariantCulture),
        CelUint number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    // JSON of Go programs brings numbers of 64 bits as text.
    private static long? AsNumber(CelValue value) => value switch
    {
        CelInt number => number.Value,
        CelUint { Value: <= long.MaxValue } number => (long)number.Value,
        CelDouble { Value: >= -9e15 and <= 9e15 } number when Math.Floor(number.Value) == number.Value => (long)number.Value,
        CelString text when long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    // A time without its zone would be guessed.
    private static bool IsTime(string text) => text.IndexOf('T', StringComparison.Ordinal) is > 0 and var at && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > at);

    private static string Said(string field, CelValue value, string expected) => $"{field} is a {value.Type.Name}, not {expected}";

    private T? Wrong<T>(string field, CelValue value, string expected) where T : class
    {
        _problems.Add(Said(field, value, expected));
        return null;
    }

    private T? Missing<T>(string problem) where T : struct
    {
        _problems.Add(problem);
        return null;
    }
}

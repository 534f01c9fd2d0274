using Holdfast.Model.Values;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Observation;

/// <summary>What was last learnt of one member. Immutable; replaced whole with every answer.</summary>
internal sealed record MemberNotes
{
    /// <summary>Nobody asked yet.</summary>
    public static MemberNotes Start { get; } = new() { Failure = "it was not asked yet" };

    /// <summary>What it last said; null when that no longer counts.</summary>
    public MemberValues? Said { get; init; }

    /// <summary>When it said so, by the clock that never jumps.</summary>
    public long Timestamp { get; init; }

    /// <summary>When it said so, for people.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>Why it could not be asked; empty when it answered.</summary>
    public string Failure { get; init; } = "";

    /// <summary>That it was late with its last answer, in words; empty when it was not.</summary>
    public string Silence { get; init; } = "";

    /// <summary>Since when it is not known; null when it never was.</summary>
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Takes an answer in.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="askedAt">When it was asked: no answer is younger than its question.</param>
    /// <param name="took">How long that took.</param>
    /// <param name="now">The time of day.</param>
    public MemberNotes With(MemberAnswer answer, long askedAt, TimeSpan took, DateTimeOffset now)
    {
        if (answer.IsAnswered)
        {
            var said = AnswerReader.Read(answer, out var problem);
            return new MemberNotes { Said = said, Timestamp = askedAt, ObservedAt = now, Failure = answer.Failure?.Message ?? problem };
        }
        var failure = answer.Failure?.Message ?? "it answered, and nothing of its answer could be read: " + string.Join("; ", answer.Problems.Values.Distinct().Take(3));
        // A late answer may be the network's doing: what was said before grows old. Whoever refuses a connection is not there any more.
        return answer.Failure?.Kind == ActionFailureKind.Timeout && Said is not null
            ? this with { Failure = failure, Silence = $"it did not answer within {DurationText.Of(TimeSpan.FromMilliseconds(Math.Round(took.TotalMilliseconds / 100) * 100))}" }
            : new MemberNotes { Failure = failure, UnknownSince = Said is null ? UnknownSince ?? now : now };
    }

    /// <summary>The reading at a moment.</summary>
    /// <param name="time">The clock.</param>
    public MemberReading ToReading(TimeProvider time) => Said is null
        ? new MemberReading.Unknown(Failure, UnknownSince) { IsUnasked = UnknownSince is null }
        : new MemberReading.Known(Said, time.GetElapsedTime(Timestamp), ObservedAt);

    /// <summary>The same, where only an answer to a question counts that was put since a moment.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="since">The moment.</param>
    public MemberReading ToReading(TimeProvider time, long since) => Said is null || Timestamp >= since
        ? ToReading(time)
        : new MemberReading.Unknown(Silence.Length > 0 ? Silence : "it was not asked again yet", ObservedAt);

    /// <summary>Whether planners would decide alike on both, but for indexes and ages.</summary>
    /// <param name="other">The other.</param>
    public bool MeansTheSame(MemberNotes other) =>
        (Said is null) == (other.Said is null) && (Said is null
            ? Failure == other.Failure
            : Still(Said) == Still(other.Said!));

    private static MemberValues Still(MemberValues values) => values with { AppliedIndex = null, CommitIndex = null, MigrationBacklog = null, DiskFreeBytes = null };
}

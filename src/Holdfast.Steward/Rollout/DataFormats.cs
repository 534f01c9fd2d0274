using Holdfast.Model.Stewards;
using Holdfast.Steward.Observation;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Rollout;

/// <summary>
/// What members' data allow: a release that has rewritten its data cannot be taken back by a change of the image. The hardest way back is
/// that of the data.
/// </summary>
internal static class DataFormats
{
    /// <summary>The rollout with the formats of data that are seen when it begins.</summary>
    public static RolloutStatus Noted(this RolloutStatus rollout, StewardView view)
    {
        var newest = Newest(view.State);
        var readable = view.State.Members.Where(member => member.Pod?.Revision == rollout.FromRevision).Select(member => member.Values?.ReadableFormat).ToArray();
        return rollout with
        {
            FromFormat = newest ?? "",
            NewestFormat = newest ?? "",
            ReadableFormat = readable.Length > 0 && readable.All(format => format is not null) ? readable.Aggregate((least, format) => IsBeyond(least!, format!) ? format : least)! : "",
        };
    }

    /// <summary>The rollout with the newest format that was seen so far; the same when none is newer.</summary>
    public static RolloutStatus Seen(this RolloutStatus rollout, ClusterState state) =>
        Newest(state) is { } newest && (rollout.NewestFormat.Length == 0 || IsBeyond(newest, rollout.NewestFormat)) ? rollout with { NewestFormat = newest } : rollout;

    /// <summary>Why the revision before could not read the data as they are; empty when it can.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="isAsked">Whether a person asks for it, and so answers for what no member tells.</param>
    public static string Objection(StewardView view, RolloutStatus rollout, bool isAsked)
    {
        var now = rollout.Seen(view.State);
        if (now.NewestFormat.Length == 0 || now.FromFormat.Length == 0)
        {
            return isAsked ? "" : "no member tells the format of its data, so that nobody knows whether the revision before could read them; a person may abort";
        }
        if (!IsBeyond(now.NewestFormat, now.FromFormat) || (now.ReadableFormat.Length > 0 && !IsBeyond(now.NewestFormat, now.ReadableFormat)))
        {
            return "";
        }
        var reads = now.ReadableFormat.Length > 0 ? now.ReadableFormat : now.FromFormat;
        return $"the data have moved on from format {now.FromFormat} to {now.NewestFormat}, {WaysOut(now.FromRevision, reads)}";
    }

    /// <summary>The rollout with what is known of a revision that its members may not go to.</summary>
    public static RolloutStatus Refused(this RolloutStatus rollout, StewardView view, RolloutStatus before) => before.RefusedRevision == view.Target
        ? rollout
        : rollout with { RefusedRevision = view.Target, RefusedFormat = before.ReadableFormat.Length > 0 ? before.ReadableFormat : before.FromFormat };

    /// <summary>
    /// Why members may not go to the present revision, as far as it is known what that reads; empty when nothing speaks against it. The data are as
    /// members have them now, where every one tells it: someone may have restored a backup since.
    /// </summary>
    public static string Refusal(StewardView view, RolloutStatus rollout)
    {
        var now = view.State.Members.All(member => !string.IsNullOrEmpty(member.Values?.DataFormat)) && Newest(view.State) is { } newest
            ? rollout with { NewestFormat = newest }
            : rollout.Seen(view.State);
        if (now.RefusedRevision == view.Target && now.NewestFormat.Length > 0 && IsBeyond(now.NewestFormat, now.RefusedFormat))
        {
            return $"the data are in format {now.NewestFormat}, {WaysOut(view.Target, now.RefusedFormat)}";
        }
        return now.FromRevision == view.Target ? Objection(view, now, isAsked: true) : "";
    }

    /// <summary>The newest format that a member's data are in; null when none tells.</summary>
    public static string? Newest(ClusterState state) => state.Members.Select(member => member.Values?.DataFormat)
        .Where(format => !string.IsNullOrEmpty(format)).Aggregate((string?)null, (newest, format) => newest is null || IsBeyond(format!, newest) ? format : newest);

    private static string WaysOut(string revision, string readable) =>
        $"and revision {revision} reads up to {readable}: go forward with a corrected revision, or restore a backup that was made before";

    // Formats are numbers, or versions such as 3.6; anything else cannot be compared, so that any other one counts as further on.
    private static bool IsBeyond(string format, string other) => Parts(format) is { } mine && Parts(other) is { } theirs
        ? mine.CompareTo(theirs) > 0
        : format != other;

    private static Version? Parts(string format) => Version.TryParse(format.Contains('.', StringComparison.Ordinal) ? format : format + ".0", out var version) ? version : null;
}

using System.Globalization;
using Holdfast.Model.Values;
using Holdfast.Steward.Planning;

namespace Holdfast.Steward.Backups;

/// <summary>
/// Whether a backup is proven that is young enough: by what members say, or by whoever else is asked. Pure. What nobody told lately, and a time that is
/// still to come, proves nothing.
/// </summary>
public static class BackupProof
{
    // A clock may go a little ahead of the Steward's; a backup from tomorrow would be young for ever.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaximumLookAge = TimeSpan.FromMinutes(1);

    /// <summary>Whether a Steward asks for backups at all.</summary>
    /// <param name="spec">Its spec.</param>
    public static bool IsAskedFor(Holdfast.Model.Stewards.StewardSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Rollout.Preflight is { BackupWithin.Length: > 0 } || spec.Scaling.BackupWithin.Length > 0;
    }

    /// <summary>When the last backup was made that is proven.</summary>
    /// <param name="view">What is seen.</param>
    /// <returns>The time, null when none is proven; and why not, in words.</returns>
    public static (DateTimeOffset? At, string Problem) Last(StewardView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (at, problem) = view.Spec.Backup?.LastAt is null ? ByMembers(view) : ByOthers(view);
        return at > view.Now + ClockSkew
            ? (null, $"the last one is said to be of {Text(at.Value)}, which is still to come: compare the clocks")
            : (at, problem);
    }

    /// <summary>Why no backup is young enough, in words; empty when one is, or when none is asked for.</summary>
    /// <param name="view">What is seen.</param>
    /// <param name="within">How old it may be; empty when none is asked for.</param>
    /// <param name="field">The field that says so.</param>
    public static string Objection(StewardView view, string within, string field)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (string.IsNullOrEmpty(within))
        {
            return "";
        }
        var (at, problem) = Last(view);
        if (at is null)
        {
            return $"no backup is proven, and {field} is {within}: {problem}";
        }
        return view.Now - at <= StewardView.Span(within, TimeSpan.Zero)
            ? ""
            : $"the last backup was made at {Text(at.Value)}, longer ago than {field} allows ({within}): make one";
    }

    // A backup that one member gave is a backup of all of them; what a member said too long ago is not among its values.
    private static (DateTimeOffset? At, string Problem) ByMembers(StewardView view) =>
        view.State.Members.Max(member => member.Values?.LastBackupAt) is { } newest
            ? (newest, "")
            : (null, "no member tells when the last one was made (field lastBackupAt)");

    private static (DateTimeOffset? At, string Problem) ByOthers(StewardView view) => view.Observation.Backup switch
    {
        null => (null, "spec.backup.lastAt was not asked yet"),
        { Age: var age } when age > MaximumLookAge => (null, $"spec.backup.lastAt was last asked {DurationText.Of(TimeSpan.FromSeconds(Math.Round(age.TotalSeconds)))} ago"),
        { At: null, Problem: var problem } => (null, $"spec.backup.lastAt gives no time: {problem}"),
        { At: var at } => (at, ""),
    };

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

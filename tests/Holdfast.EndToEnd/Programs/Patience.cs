namespace Holdfast.EndToEnd.Programs;

/// <summary>How long is waited for what comes at once on a quiet machine: long enough for a busy one.</summary>
internal static class Patience
{
    public static TimeSpan Usual => TimeSpan.FromSeconds(90);

    public static TimeSpan Rollout => TimeSpan.FromSeconds(180);
}

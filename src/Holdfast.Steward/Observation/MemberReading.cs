namespace Holdfast.Steward.Observation;

/// <summary>What a member said of itself when it was last asked, or why that is not known. Unknown is a value of its own and never reads as well.</summary>
public abstract record MemberReading
{
    private MemberReading()
    {
    }

    /// <summary>What it said, however long ago.</summary>
    public MemberValues? Values => (this as Known)?.Said;

    /// <summary>It answered.</summary>
    /// <param name="Said">What it said.</param>
    /// <param name="Age">How long ago, by the Steward's own clock that never jumps, at the time of the observation.</param>
    /// <param name="ObservedAt">When, for people.</param>
    public sealed record Known(MemberValues Said, TimeSpan Age, DateTimeOffset ObservedAt) : MemberReading;

    /// <summary>It was not asked yet, could not be reached, or gave an answer that nobody understands.</summary>
    /// <param name="Reason">Why, in words.</param>
    /// <param name="Since">Since when, for people; null when it was never known.</param>
    public sealed record Unknown(string Reason, DateTimeOffset? Since) : MemberReading
    {
        /// <summary>Whether nobody has asked it yet, so that its silence says nothing.</summary>
        public bool IsUnasked { get; init; }
    }
}

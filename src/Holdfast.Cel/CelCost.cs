namespace Holdfast.Cel;

/// <summary>
/// What evaluations may cost together, in units as Kubernetes counts them: one for each access to a variable, field or function,
/// a tenth of the size of each text or list that is walked over. Of one evaluation after the other, never of two at once.
/// </summary>
/// <param name="limit">How many units may be spent.</param>
/// <param name="cancellationToken">Ends an evaluation early.</param>
public sealed class CelCost(long limit = CelCost.ExpressionLimit, CancellationToken cancellationToken = default)
{
    /// <summary>What Kubernetes lets one evaluation of an expression cost.</summary>
    public const long ExpressionLimit = 1_000_000;

    /// <summary>The largest text or list that an expression may make.</summary>
    internal const int MaximumSize = 10_000_000;

    private const int UnitsBetweenLooks = 4096;

    private long _nextLook = UnitsBetweenLooks;

    /// <summary>How many units were spent; more than the limit when it is exceeded.</summary>
    public long Spent { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public bool IsExceeded => Spent > limit;

    /// <summary>Spends units.</summary>
    /// <param name="units">How many; not negative.</param>
    /// <exception cref="CelStoppedException">The limit is exceeded, or the evaluation is cancelled.</exception>
    internal void Spend(long units)
    {
        Spent += units;
        if (IsExceeded)
            throw new CelStoppedException(new CelError("operation cancelled: actual cost limit exceeded", CelErrorKind.CostExceeded));
        if (Spent < _nextLook)
            return;
        _nextLook = Spent + UnitsBetweenLooks;
        if (cancellationToken.IsCancellationRequested)
            throw new CelStoppedException(new CelError("operation interrupted", CelErrorKind.Cancelled));
    }

    /// <summary>Spends for walking over something: a tenth of a unit an element.</summary>
    /// <param name="size">The number of elements.</param>
    internal void SpendWalk(long size) => Spend((size + 9) / 10);
}

/// <summary>Ends an evaluation at once, whatever stands around; never leaves this project.</summary>
internal sealed class CelStoppedException(CelError error) : Exception(error.Message)
{
    public CelError Error { get; } = error;
}

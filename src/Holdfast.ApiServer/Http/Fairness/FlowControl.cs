using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Security;

namespace Holdfast.ApiServer.Http.Fairness;

/// <summary>
/// API priority and fairness in small. Nodes and the cluster's own parts, service accounts, and people each have seats of their own,
/// for reading and for writing; within them flows take turns. A flow is a user, and for the cluster's own parts a user in a namespace:
/// people name namespaces as they like, and would have as many turns. Health, version and streams need no seat; a watch has one
/// until its first events are out.
/// </summary>
internal sealed class FlowControl(RequestBounds bounds, TimeProvider time)
{
    private const string AccountsGroup = "system:serviceaccounts";

    private readonly FlowLevel[] _levels =
        [.. Enumerable.Range(0, 6).Select(index => new FlowLevel(index % 2 == 0 ? bounds.ReadingSeats : bounds.WritingSeats, bounds, time))];

    /// <summary>How many requests are being served or wait.</summary>
    public int InFlight => _levels.Sum(level => level.Taken + level.Waiting);

    /// <summary>Waits for the request's turn.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="namespaceName">The namespace the request is about; empty for none.</param>
    /// <param name="isWriting">Whether it changes something.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The seat, to be left once.</returns>
    /// <exception cref="Client.ApiException">429: too many wait already, or it waited too long.</exception>
    public async ValueTask<Seat> EnterAsync(UserInfo user, string namespaceName, bool isWriting, CancellationToken cancellationToken)
    {
        var rank = LevelOf(user);
        var level = _levels[(rank * 2) + (isWriting ? 1 : 0)];
        return await level.EnterAsync(rank == 0 ? $"{user.Name}/{namespaceName}" : user.Name, cancellationToken)
            ? new Seat(level)
            : throw ApiErrors.TooManyRequests("Too many requests, please try again later.", 1);
    }

    private static int LevelOf(UserInfo user)
    {
        if (user.IsIn(UserInfo.Nodes) || user.Name.StartsWith("system:kube-", StringComparison.Ordinal) || user.IsIn(AccountsGroup + ":kube-system"))
            return 0;
        return user.IsIn(AccountsGroup) ? 1 : 2;
    }
}

/// <summary>A seat that a request has; leaving it twice is leaving it once.</summary>
internal sealed class Seat(FlowLevel level) : IDisposable
{
    private int _isLeft;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            level.Leave();
    }
}

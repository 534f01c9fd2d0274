using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Security;

namespace Holdfast.ApiServer.Http.Fairness;

/// <summary>Counts the watches that are open over the network, of each user and of all, and refuses those beyond the bounds.</summary>
internal sealed class WatchCount(RequestBounds bounds)
{
    private const int RetryAfterSeconds = 5;

    private readonly Lock _turn = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>How many are open.</summary>
    public int Open
    {
        get
        {
            lock (_turn)
                return _open;
        }
    }

    /// <summary>Counts a watch until what is returned is disposed.</summary>
    /// <param name="user">Whose it is.</param>
    /// <exception cref="Client.ApiException">429: there are too many.</exception>
    public IDisposable Begin(UserInfo user)
    {
        lock (_turn)
        {
            var own = _byUser.GetValueOrDefault(user.Name);
            if (own >= bounds.WatchesPerUser)
                throw ApiErrors.TooManyRequests($"user \"{user.Name}\" has {own} watches open, and that is the most there may be: end some, then try again.", RetryAfterSeconds);
            if (_open >= bounds.Watches)
                throw ApiErrors.TooManyRequests($"{_open} watches are open, and that is the most there may be; please try again later.", RetryAfterSeconds);
            _byUser[user.Name] = own + 1;
            _open++;
        }
        return new Counted(this, user.Name);
    }

    private void End(string user)
    {
        lock (_turn)
        {
            _open--;
            if (--_byUser[user] == 0)
                _byUser.Remove(user);
        }
    }

    private sealed class Counted(WatchCount count, string user) : IDisposable
    {
        private int _isEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isEnded, 1) == 0)
                count.End(user);
        }
    }
}

using Holdfast.Model.Resources;

namespace Holdfast.Client.Reflectors;

/// <summary>What happens to a reflector.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract record ReflectorInput<T> where T : class, IResource<T>
{
    private ReflectorInput()
    {
    }

    /// <summary>It is to begin.</summary>
    public sealed record Begin : ReflectorInput<T>;

    /// <summary>A page of the listing was answered.</summary>
    /// <param name="Page">The page.</param>
    public sealed record PageListed(ResourceList<T> Page) : ReflectorInput<T>;

    /// <summary>The watch was asked for; what it tells is read next.</summary>
    public sealed record WatchOpened : ReflectorInput<T>;

    /// <summary>The watch told something.</summary>
    /// <param name="Event">What it told.</param>
    public sealed record EventRead(WatchEvent<T> Event) : ReflectorInput<T>;

    /// <summary>The watch ended without an error, or fell silent.</summary>
    /// <param name="WasUseful">Whether it told something or lasted a while: opening it again at once is then no busy loop.</param>
    public sealed record WatchEnded(bool WasUseful) : ReflectorInput<T>;

    /// <summary>The listing or the watch failed.</summary>
    /// <param name="Error">How.</param>
    public sealed record CallFailed(ApiException Error) : ReflectorInput<T>;

    /// <summary>The pause is over.</summary>
    public sealed record PauseEnded : ReflectorInput<T>;

    /// <summary>Somebody does not trust the cache: list everything anew.</summary>
    public sealed record RelistAsked : ReflectorInput<T>;
}

using Holdfast.ApiServer.Security;
using Holdfast.Client.LeaderElection;

namespace Holdfast.ApiServer.Registry;

/// <summary>How a reader treats fields that the kind does not have, or that are given twice.</summary>
public enum FieldValidation
{
    /// <summary>They are passed over.</summary>
    Ignore,

    /// <summary>They are passed over with a warning.</summary>
    Warn,

    /// <summary>The object is refused.</summary>
    Strict,
}

/// <summary>What goes with one request through all layers: who asks, how, and what the client is to be warned of.</summary>
/// <param name="user">Who asks.</param>
public sealed class WriteContext(UserInfo user)
{
    private const int MaximumWarnings = 50;
    private const int MaximumAnnotations = 50;
    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, string> _annotations = new(StringComparer.Ordinal);

    private WriteContext(WriteContext kept)
        : this(kept.User)
    {
        (_warnings, _annotations) = (kept._warnings, kept._annotations);
        (IsDryRun, Force, Fence, FieldValidation) = (true, kept.Force, kept.Fence, kept.FieldValidation);
        (FieldManager, GivenManager) = (kept.FieldManager, kept.GivenManager);
    }

    /// <summary>Who asks.</summary>
    public UserInfo User { get; } = user;

    /// <summary>Whether nothing is to be kept.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Who writes, for the ownership of fields.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>The manager that the client itself named in the options of its write; empty when it named none.</summary>
    public string GivenManager { get; init; } = "";

    /// <summary>Whether an apply takes over fields of others.</summary>
    public bool Force { get; init; }

    /// <summary>The leadership that the write depends on; null when it depends on none.</summary>
    public Fence? Fence { get; init; }

    /// <summary>What happens to unknown and repeated fields.</summary>
    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>The same request with nothing to be kept, for options that come with what is posted; both have the same warnings.</summary>
    public WriteContext AsDryRun() => IsDryRun ? this : new WriteContext(this);

    /// <summary>What the client is to be warned of, each once.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds a warning; beyond a bound they are dropped.</summary>
    /// <param name="text">The warning.</param>
    public void Warn(string text)
    {
        // Webhooks that are asked at the same time warn at the same time.
        lock (_warnings)
        {
            if (_warnings.Count < MaximumWarnings && !_warnings.Contains(text))
                _warnings.Add(text);
        }
    }

    /// <summary>What admission wants the audit log to keep of the request.</summary>
    public IReadOnlyDictionary<string, string> AuditAnnotations => _annotations;

    /// <summary>Adds something for the audit log; the first value of a key stays, and beyond a bound they are dropped.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="value">Its value.</param>
    public void Annotate(string key, string value)
    {
        lock (_annotations)
        {
            if (_annotations.Count < MaximumAnnotations)
                _annotations.TryAdd(key, value);
        }
    }
}

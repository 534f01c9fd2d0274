using System.Net;
using Holdfast.Steward.Actions;

namespace Holdfast.Steward.Running;

/// <summary>How a Steward runs.</summary>
public sealed record StewardOptions
{
    /// <summary>The namespace of the Steward's own objects.</summary>
    public const string Namespace = "holdfast-system";

    /// <summary>Who it is to the API: its own writes are not asked about.</summary>
    public string UserName { get; init; } = StewardNames.UserName;

    /// <summary>How members are reached.</summary>
    public MemberRoute Route { get; init; } = MemberRoute.Direct;

    /// <summary>The address that its webhooks listen on.</summary>
    public IPAddress WebhookAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The port that its webhooks listen on; 0 for any that is free.</summary>
    public int WebhookPort { get; init; }

    /// <summary>The Service in <see cref="Namespace"/> by which the API server reaches its webhooks; empty when it reaches <see cref="WebhookHost"/> itself.</summary>
    public string WebhookService { get; init; } = "";

    /// <summary>How long other copies leave one alone that does not renew its lease.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The name or address by which the API server reaches its webhooks when there is no Service.</summary>
    public string WebhookHost { get; init; } = "127.0.0.1";

    /// <summary>How many Stewards are looked after at once.</summary>
    public int Workers { get; init; } = 8;
}

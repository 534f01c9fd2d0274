using System.Collections.Immutable;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Authentication;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Security.Tokens;

/// <summary>
/// Gives out the tokens of service accounts and knows them again. A token holds for a time, for an audience, and only as long
/// as its account, and the pod, Secret or node it is bound to, are there with the uid they had.
/// </summary>
/// <param name="signer">The cluster's key.</param>
/// <param name="time">The clock.</param>
/// <param name="chance">Draws the tokens' ids.</param>
public sealed class ServiceAccountTokens(TokenSigner signer, TimeProvider time, IChance chance)
{
    /// <summary>Who gives out the tokens, and the audience that the API server itself is.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;
    private const long MostSeconds = 1L << 32;

    // Kubernetes' leeway: what is being deleted may use its token until a little after it should be gone.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <summary>Gives out a token.</summary>
    /// <param name="account">Whose it is.</param>
    /// <param name="request">For how long, for whom, and bound to what.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="view">The cluster.</param>
    /// <returns>The request with its answer.</returns>
    /// <exception cref="Client.ApiException">The request is not valid, or what the token is to be bound to is not there.</exception>
    public TokenRequest Issue(ServiceAccount account, TokenRequest request, UserInfo user, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(view);
        CheckPlace(request.Metadata, account.Metadata);
        var seconds = request.Spec.ExpirationSeconds ?? DefaultSeconds;
        CheckLifetime(request, account, seconds);
        var now = time.GetUtcNow();
        var audiences = request.Spec.Audiences.IsEmpty ? [Issuer] : request.Spec.Audiences;
        var bound = Bind(account, request.Spec.BoundObjectRef, view);
        CheckNode(user, account, request.Spec.BoundObjectRef, bound);
        var claims = bound with
        {
            Issuer = Issuer,
            Audiences = [.. audiences],
            IssuedAt = now,
            NotBefore = now,
            Expires = now + TimeSpan.FromSeconds(seconds),
            Id = chance.NewUid(),
        };
        return request with
        {
            Metadata = ObjectMeta.Empty with { Name = account.Metadata.Name, Namespace = account.Metadata.Namespace, CreationTimestamp = now },
            Spec = request.Spec with { Audiences = audiences, ExpirationSeconds = seconds },
            Status = TokenRequestStatus.Empty with { Token = signer.Sign(claims.ToJson()), ExpirationTimestamp = claims.Expires },
        };
    }

    /// <summary>Whom a token stands for; null when it is not known or does not hold.</summary>
    /// <param name="token">The token.</param>
    /// <param name="audiences">Who is asked for; empty for the API server.</param>
    /// <param name="view">The cluster.</param>
    public TokenIdentity? Identify(string token, ImmutableArray<string> audiences, ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (signer.Verify(token) is not { } payload || TokenClaims.Read(payload) is not { } claims)
            return null;
        var now = time.GetUtcNow();
        if (claims.Issuer != Issuer || now >= claims.Expires || now + Leeway < claims.NotBefore)
            return null;
        ImmutableArray<string> wanted = audiences.IsDefaultOrEmpty ? [Issuer] : audiences;
        var shared = wanted.Where(audience => claims.Audiences.Contains(audience)).ToImmutableArray();
        return shared.IsEmpty || !Holds(claims, view, now) ? null : new TokenIdentity(UserOf(claims), shared);
    }

    /// <summary>The key by which others can check tokens, as a JSON Web Key Set.</summary>
    public byte[] PublicKeys() => signer.PublicKeys();

    private static bool Holds(TokenClaims claims, ClusterView view, DateTimeOffset now) =>
        IsThere(view.Find<ServiceAccount>(claims.Namespace, claims.Account.Name), claims.Account, now)
        && (claims.Pod is null || IsThere(view.Find<Pod>(claims.Namespace, claims.Pod.Name), claims.Pod, now))
        && (claims.Secret is null || IsThere(view.Find<Secret>(claims.Namespace, claims.Secret.Name), claims.Secret, now))
        && (claims.Node is null || claims.Pod is not null || IsThere(view.Find<Node>("", claims.Node.Name), claims.Node, now));

    private static bool IsThere(IResource? found, NamedObject named, DateTimeOffset now) =>
        found?.Metadata.Uid == named.Uid && !(found.Metadata.DeletionTimestamp < now - Leeway);

    private static UserInfo UserOf(TokenClaims claims)
    {
        var extra = new List<KeyValuePair<string, ValueList<string>>>();
        void Add(string name, string? value)
        {
            if (value is not null)
                extra.Add(new("authentication.kubernetes.io/" + name, [value]));
        }

        Add("credential-id", claims.Id.Length > 0 ? "JTI=" + claims.Id : null);
        Add("pod-name", claims.Pod?.Name);
        Add("pod-uid", claims.Pod?.Uid);
        Add("node-name", claims.Node?.Name);
        Add("node-uid", claims.Node?.Uid);
        return UserInfo.ServiceAccount(claims.Namespace, claims.Account.Name) with { Uid = claims.Account.Uid, Extra = extra.ToValueMap() };
    }

    private static TokenClaims Bind(ServiceAccount account, BoundObjectReference? reference, ClusterView view)
    {
        var space = account.Metadata.Namespace;
        var claims = new TokenClaims(space, Named(account));
        switch (reference)
        {
            case null:
                return claims;
            case { Kind: "Pod", ApiVersion: "v1" }:
                var pod = Found(view.Find<Pod>(space, reference.Name), Pod.ResourceType, reference);
                if (pod.Spec.ServiceAccountName != account.Metadata.Name)
                {
                    throw ApiErrors.BadRequest(
                        $"cannot bind token for serviceaccount \"{account.Metadata.Name}\" to pod running with different serviceaccount name.");
                }
                var node = pod.Spec.NodeName.Length > 0 ? view.Find<Node>("", pod.Spec.NodeName) : null;
                return claims with { Pod = Named(pod), Node = node is null ? null : Named(node) };
            case { Kind: "Secret", ApiVersion: "v1" }:
                return claims with { Secret = Named(Found(view.Find<Secret>(space, reference.Name), Secret.ResourceType, reference)) };
            case { Kind: "Node", ApiVersion: "v1" }:
                return claims with { Node = Named(Found(view.Find<Node>("", reference.Name), Node.ResourceType, reference)) };
            default:
                throw ApiErrors.BadRequest($"cannot bind token to object of type {reference.ApiVersion}, Kind={reference.Kind}");
        }
    }

    private static NamedObject Named(IResource resource) => new(resource.Metadata.Name, resource.Metadata.Uid);

    private static T Found<T>(T? found, ResourceType type, BoundObjectReference reference) where T : class, IResource<T>
    {
        if (found is null)
            throw ApiErrors.NotFound(type, reference.Name);
        return reference.Uid.Length == 0 || reference.Uid == found.Metadata.Uid
            ? found
            : throw ApiErrors.Conflict(type.Group, type.Plural, reference.Name,
                $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
    }

    // A node asks for the tokens of its own pods and of nothing else.
    private static void CheckNode(UserInfo user, ServiceAccount account, BoundObjectReference? reference, TokenClaims bound)
    {
        if (user.NodeName is not { } nodeName)
            return;
        var problem = reference switch
        {
            not { Kind: "Pod", ApiVersion: "v1" } => "node requested token not bound to a pod",
            { Uid: "" } => "node requested token with a pod binding without a uid",
            _ when bound.Node?.Name != nodeName => "node requested token bound to a pod scheduled on a different node",
            _ => "",
        };
        if (problem.Length > 0)
            throw ApiErrors.Forbidden(ServiceAccount.ResourceType, account.Metadata.Name, problem);
    }

    private static void CheckPlace(ObjectMeta sent, ObjectMeta account)
    {
        var metadata = FieldPath.Root("metadata");
        if (sent.Name.Length > 0 && sent.Name != account.Name)
        {
            throw ApiErrors.Invalid(TokenRequest.ResourceType, account.Name,
                [FieldError.Invalid(metadata.Child("name"), sent.Name, "must match the service account name if specified")]);
        }
        if (sent.Namespace.Length > 0 && sent.Namespace != account.Namespace)
        {
            throw ApiErrors.Invalid(TokenRequest.ResourceType, account.Name,
                [FieldError.Invalid(metadata.Child("namespace"), sent.Namespace, "must match the service account namespace if specified")]);
        }
    }

    private static void CheckLifetime(TokenRequest request, ServiceAccount account, long seconds)
    {
        var problem = seconds < LeastSeconds ? "may not specify a duration less than 10 minutes"
            : seconds > MostSeconds ? "may not specify a duration larger than 2^32 seconds" : "";
        if (problem.Length == 0)
            return;
        throw ApiErrors.Invalid(TokenRequest.ResourceType, request.Metadata.Name.Length > 0 ? request.Metadata.Name : account.Metadata.Name,
            [FieldError.Invalid(FieldPath.Root("spec").Child("expirationSeconds"), seconds, problem)]);
    }
}

/// <summary>Whom a token stands for.</summary>
/// <param name="User">The user.</param>
/// <param name="Audiences">Those who were asked for and whom the token is for.</param>
public sealed record TokenIdentity(UserInfo User, ImmutableArray<string> Audiences);

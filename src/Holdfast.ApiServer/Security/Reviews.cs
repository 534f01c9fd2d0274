using System.Collections.Immutable;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.Authentication;
using Holdfast.Model.Authorization;
using Holdfast.Model.Rbac;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security;

/// <summary>The kinds that ask who somebody is and what they may do; they are answered and never stored.</summary>
internal static class Reviews
{
    /// <summary>All that need to know no tokens.</summary>
    /// <param name="authorizer">Who may do what.</param>
    public static IEnumerable<ServedResource> All(IAuthorizer authorizer) =>
    [
        Of<SelfSubjectAccessReview>((review, context) => review with
        {
            Status = Answer(authorizer, review, context.User),
        }),
        Of<SubjectAccessReview>((review, _) => review with
        {
            Status = Answer(authorizer, SubjectAccessReview.ResourceType, review.Spec, AccessReviewValidation.OfMetadata(review.Metadata, "must be empty")),
        }),
        Of<LocalSubjectAccessReview>((review, _) => AnswerLocal(authorizer, review)),
        Of<SelfSubjectRulesReview>((review, context) => review.Spec.Namespace.Length == 0
            ? throw ApiErrors.BadRequest("no namespace on request")
            : review with { Status = Rules(authorizer.RulesOf(context.User, review.Spec.Namespace)) }),
        Of<SelfSubjectReview>((review, context) => review with
        {
            Status = SelfSubjectReviewStatus.Empty with { UserInfo = Shown(context.User) },
        }),
    ];

    /// <summary>The review of tokens.</summary>
    /// <param name="authenticator">Knows them.</param>
    public static ServedResource OfTokens(Authenticator authenticator) => Of<TokenReview>((review, _) =>
    {
        if (review.Spec.Token.Length == 0)
            throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        var status = authenticator.ByToken(review.Spec.Token, [.. review.Spec.Audiences]) is { } identity
            ? TokenReviewStatus.Empty with { Authenticated = true, User = Shown(identity.User), Audiences = [.. identity.Audiences] }
            : TokenReviewStatus.Empty with { Error = "the token is not one of this cluster, does not hold any more, or is for another audience" };
        return review with { Status = status };
    });

    private static ServedResource Of<T>(Func<T, WriteContext, T> answer) where T : class, IResource<T> =>
        new(new ResourceCodec<T>(), new ReviewRules<T>()) { Review = (resource, context) => answer((T)resource, context) };

    private static LocalSubjectAccessReview AnswerLocal(IAuthorizer authorizer, LocalSubjectAccessReview review)
    {
        var problems = AccessReviewValidation.OfMetadata(review.Metadata with { Namespace = "" }, "must be empty except for namespace")
            .Concat(AccessReviewValidation.OfNamespace(review));
        return review with { Status = Answer(authorizer, LocalSubjectAccessReview.ResourceType, review.Spec, problems) };
    }

    private static SubjectAccessReviewStatus Answer(IAuthorizer authorizer, SelfSubjectAccessReview review, UserInfo user)
    {
        var problems = AccessReviewValidation.OfAttributes(review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, null)
            .Concat(AccessReviewValidation.OfMetadata(review.Metadata, "must be empty"));
        Refuse(SelfSubjectAccessReview.ResourceType, problems);
        return Decide(authorizer, user, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes);
    }

    private static SubjectAccessReviewStatus Answer(IAuthorizer authorizer, ResourceType type, SubjectAccessReviewSpec spec, IEnumerable<FieldError> ofRest)
    {
        Refuse(type, AccessReviewValidation.OfAttributes(spec.ResourceAttributes, spec.NonResourceAttributes, (spec.User, spec.Groups)).Concat(ofRest));
        var user = new UserInfo(spec.User, [.. spec.Groups]) { Uid = spec.Uid, Extra = spec.Extra };
        return Decide(authorizer, user, spec.ResourceAttributes, spec.NonResourceAttributes);
    }

    private static void Refuse(ResourceType type, IEnumerable<FieldError> problems)
    {
        ImmutableArray<FieldError> all = [.. problems];
        if (!all.IsEmpty)
            throw ApiErrors.Invalid(type, "", all);
    }

    private static SubjectAccessReviewStatus Decide(IAuthorizer authorizer, UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path)
    {
        var verdict = authorizer.Decide(user, resource is null ? new Access(path!.Verb, path.Path) : AccessTo(resource));
        return SubjectAccessReviewStatus.Empty with { Allowed = verdict.IsAllowed, Reason = verdict.Reason };
    }

    private static Access AccessTo(ResourceAttributes resource) => Access.ToResource(resource.Verb, resource.Group, resource.Resource) with
    {
        Namespace = resource.Namespace,
        Name = resource.Name,
        Subresource = resource.Subresource,
        FieldSelector = resource.FieldSelector?.RawSelector ?? "",
    };

    private static SubjectRulesReviewStatus Rules(IReadOnlyList<PolicyRule> rules) => SubjectRulesReviewStatus.Empty with
    {
        ResourceRules = rules.Where(rule => !rule.Resources.IsEmpty).Select(rule => ResourceRule.Empty with
        {
            Verbs = rule.Verbs,
            ApiGroups = rule.ApiGroups,
            Resources = rule.Resources,
            ResourceNames = rule.ResourceNames,
        }).ToValueList(),
        NonResourceRules = rules.Where(rule => !rule.NonResourceURLs.IsEmpty)
            .Select(rule => NonResourceRule.Empty with { Verbs = rule.Verbs, NonResourceURLs = rule.NonResourceURLs }).ToValueList(),
    };

    private static Model.Authentication.UserInfo Shown(UserInfo user) => Model.Authentication.UserInfo.Empty with
    {
        Username = user.Name,
        Uid = user.Uid,
        Groups = user.Groups.ToValueList(),
        Extra = user.Extra,
    };

    private sealed class ReviewRules<T> : KindRules<T> where T : class, IResource<T>;
}

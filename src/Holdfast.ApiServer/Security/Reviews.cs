using Holdfast.ApiServer.Registry;
using Holdfast.Model.Authentication;
using Holdfast.Model.Authorization;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.ApiServer.Security;

/// <summary>The kinds that ask who somebody is and what they may do; they are answered and never stored.</summary>
internal static class Reviews
{
    /// <summary>All of them.</summary>
    /// <param name="authorizer">Who may do what.</param>
    public static IEnumerable<ServedResource> All(IAuthorizer authorizer) =>
    [
        Of<SelfSubjectAccessReview>((review, context) => review with
        {
            Status = Answer(authorizer, context.User, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes),
        }),
        Of<SubjectAccessReview>((review, _) => review with
        {
            Status = Answer(authorizer, new UserInfo(review.Spec.User, [.. review.Spec.Groups]),
                review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes),
        }),
        Of<SelfSubjectReview>((review, context) => review with
        {
            Status = SelfSubjectReviewStatus.Empty with
            {
                UserInfo = Model.Authentication.UserInfo.Empty with
                {
                    Username = context.User.Name,
                    Uid = context.User.Uid,
                    Groups = context.User.Groups.ToValueList(),
                },
            },
        }),
    ];

    private static ServedResource Of<T>(Func<T, WriteContext, T> answer) where T : class, IResource<T> =>
        new(new ResourceCodec<T>(), new ReviewRules<T>()) { Review = (resource, context) => answer((T)resource, context) };

    private static SubjectAccessReviewStatus Answer(
        IAuthorizer authorizer, UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path)
    {
        var access = resource is null
            ? new Access(path?.Verb ?? "", path?.Path ?? "")
            : Access.ToResource(resource.Verb, resource.Group, resource.Resource) with
            {
                Namespace = resource.Namespace,
                Name = resource.Name,
                Subresource = resource.Subresource,
            };
        var verdict = authorizer.Decide(user, access);
        return SubjectAccessReviewStatus.Empty with { Allowed = verdict.IsAllowed, Reason = verdict.Reason };
    }

    private sealed class ReviewRules<T> : KindRules<T> where T : class, IResource<T>;
}

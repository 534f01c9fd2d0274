using Holdfast.ApiServer.Security;
using Holdfast.Cel;

namespace Holdfast.ApiServer.Admission.Webhooks;

/// <summary>Answers what conditions ask about rights: those of whoever writes, or of a service account.</summary>
/// <param name="authorizer">Decides.</param>
/// <param name="user">Whose rights they are.</param>
internal sealed class ConditionAuthorizer(IAuthorizer authorizer, UserInfo user) : ICelAuthorizer
{
    /// <summary>The value of <c>authorizer</c> for a write.</summary>
    public static CelAuthorizer Of(ReviewedWrite write, IAuthorizer authorizer) => new(new ConditionAuthorizer(authorizer, write.Request.Context.User), new CelAccess
    {
        Group = write.Resource.Group,
        Resource = write.Resource.Plural,
        Subresource = write.Subresource,
        Namespace = write.Namespace,
        Name = write.Name,
    });

    public CelDecision Decide(CelAccess access)
    {
        var verdict = authorizer.Decide(user, new Access(access.Verb, access.Path)
        {
            Group = access.Group,
            Resource = access.Resource,
            Subresource = access.Subresource,
            Namespace = access.Namespace,
            Name = access.Name,
            FieldSelector = access.FieldSelector,
        });
        return new CelDecision(verdict.IsAllowed, verdict.Reason);
    }

    // As in Kubernetes an account that is only asked about is not in the group of those who have shown who they are.
    public ICelAuthorizer OfServiceAccount(string namespaceName, string name)
    {
        var account = UserInfo.ServiceAccount(namespaceName, name);
        return new ConditionAuthorizer(authorizer, account with { Groups = account.Groups.Remove(UserInfo.Authenticated) });
    }
}

namespace Holdfast.Cel.Functions;

/// <summary>
/// Kubernetes' questions about rights. They are declared everywhere, but begin with the variable <c>authorizer</c>, which only some
/// environments have.
/// </summary>
internal static class Authorization
{
    /// <summary>What one question costs, so that an expression may ask two: they may have to ask somebody far away.</summary>
    public const long CheckCost = 350_000;

    private static readonly CelType Text = CelType.String;

    public static CelLibrary Library { get; } = Answers(Refinements(new CelLibrary()
        .Member("path", CelType.PathCheck, [CelType.Authorizer, Text], (_, a) => string.IsNullOrWhiteSpace(Of(a[1])) ? CelError.Of("path must not be empty")
            : new CelPathCheck(((CelAuthorizer)a[0]).Source, new CelAccess { Path = Of(a[1]) }))
        .Member("group", CelType.GroupCheck, [CelType.Authorizer, Text], (_, a) =>
            new CelGroupCheck(((CelAuthorizer)a[0]).Source, new CelAccess { Group = Of(a[1]) }))
        .Member("serviceAccount", CelType.AccountAuthorizer, [CelType.Authorizer, Text, Text], (_, a) => AccountOf((CelAuthorizer)a[0], Of(a[1]), Of(a[2])))
        .Member("resource", CelType.ResourceCheck, [CelType.GroupCheck, Text], (_, a) => string.IsNullOrWhiteSpace(Of(a[1])) ? CelError.Of("resource must not be empty")
            : new CelResourceCheck(((CelGroupCheck)a[0]).Source, ((CelGroupCheck)a[0]).Access with { Resource = Of(a[1]) }))));

    private static CelLibrary Refinements(CelLibrary library) => library
        .Member("subresource", CelType.ResourceCheck, [CelType.ResourceCheck, Text], (_, a) => Refined(a, access => access with { Subresource = Of(a[1]) }))
        .Member("namespace", CelType.ResourceCheck, [CelType.ResourceCheck, Text], (_, a) => Refined(a, access => access with { Namespace = Of(a[1]) }))
        .Member("name", CelType.ResourceCheck, [CelType.ResourceCheck, Text], (_, a) => Refined(a, access => access with { Name = Of(a[1]) }))
        .Member("fieldSelector", CelType.ResourceCheck, [CelType.ResourceCheck, Text], (_, a) => Refined(a, access => access with { FieldSelector = Of(a[1]) }))
        .Member("labelSelector", CelType.ResourceCheck, [CelType.ResourceCheck, Text], (_, a) => Refined(a, access => access with { LabelSelector = Of(a[1]) }));

    private static CelLibrary Answers(CelLibrary library) => library
        .Member("check", CelType.Decision, [CelType.PathCheck, Text], (_, a) => ((CelPathCheck)a[0]).Source.Decide(((CelPathCheck)a[0]).Access with { Verb = Of(a[1]) }))
        .Member("check", CelType.Decision, [CelType.ResourceCheck, Text], (_, a) =>
            ((CelResourceCheck)a[0]).Source.Decide(((CelResourceCheck)a[0]).Access with { Verb = Of(a[1]) }))
        .Member("allowed", CelType.Bool, [CelType.Decision], (_, a) => CelBool.Of(((CelDecision)a[0]).IsAllowed))
        .Member("reason", Text, [CelType.Decision], (_, a) => new CelString(((CelDecision)a[0]).Reason))
        .Member("errored", CelType.Bool, [CelType.Decision], (_, a) => CelBool.Of(((CelDecision)a[0]).Error.Length > 0))
        .Member("error", Text, [CelType.Decision], (_, a) => new CelString(((CelDecision)a[0]).Error));

    private static CelValue AccountOf(CelAuthorizer authorizer, string namespaceName, string name) =>
        !NamedFormats.IsSubdomain(name) ? CelError.Of("Invalid service account name")
        : !NamedFormats.IsLabel(namespaceName) ? CelError.Of("Invalid service account namespace")
        : new CelAuthorizer(authorizer.Source.OfServiceAccount(namespaceName, name), null);

    private static CelResourceCheck Refined(CelValue[] a, Func<CelAccess, CelAccess> refine) =>
        ((CelResourceCheck)a[0]) with { Access = refine(((CelResourceCheck)a[0]).Access) };

    private static string Of(CelValue value) => ((CelString)value).Value;
}

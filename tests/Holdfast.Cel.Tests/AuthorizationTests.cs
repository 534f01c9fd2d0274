using Xunit.Sdk;

namespace Holdfast.Cel.Tests;

/// <summary>Questions about rights, where an environment has an <c>authorizer</c>.</summary>
public sealed class AuthorizationTests
{
    private static readonly CelEnvironment Environment = CelEnvironment.Standard.With("authorizer", CelType.Authorizer).With("x", CelType.Dyn);

    [Theory]
    [InlineData("authorizer.path('/healthz').check('get').allowed()", "somebody get /healthz")]
    [InlineData("authorizer.group('apps').resource('deployments').check('list').allowed()", "somebody list apps deployments")]
    [InlineData("authorizer.group('').resource('pods').subresource('status').namespace('n').name('p').check('get').allowed()", "somebody get  pods/status n p")]
    [InlineData("authorizer.group('').resource('pods').namespace('n').namespace('').name('').check('get').allowed()", "somebody get  pods")]
    [InlineData("authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('c').check('list').allowed()", "somebody list  pods a=b c")]
    [InlineData("authorizer.requestResource.check('create').allowed()", "somebody create  configmaps here m")]
    [InlineData("authorizer.requestResource.name('o').check('create').allowed()", "somebody create  configmaps here o")]
    [InlineData("authorizer.serviceAccount('ns', 'a.b').group('g').resource('r').check('v').allowed()", "ns:a.b v g r")]
    public void A_question_has_what_was_put_into_it(string expression, string asked)
    {
        var rights = new Rights("somebody");
        Assert.Equal(CelBool.True, Evaluate(expression, rights));
        Assert.Equal([asked], rights.Asked);
    }

    [Theory]
    [InlineData("authorizer.path('/no').check('get').allowed()", "False")]
    [InlineData("authorizer.path('/no').check('get').reason()", "because")]
    [InlineData("authorizer.path('/no').check('get').errored()", "False")]
    [InlineData("authorizer.path('/no').check('get').error()", "")]
    [InlineData("authorizer.path('/broken').check('get').errored()", "True")]
    [InlineData("authorizer.path('/broken').check('get').error()", "no view")]
    [InlineData("authorizer.path(' ')", "path must not be empty")]
    [InlineData("authorizer.group('a').resource('')", "resource must not be empty")]
    [InlineData("authorizer.serviceAccount('Not.A', 'a')", "Invalid service account namespace")]
    [InlineData("authorizer.serviceAccount('a', '@')", "Invalid service account name")]
    [InlineData("authorizer.group(x)", "no such overload")]
    public void Answers_say_why_and_what_cannot_be_asked_is_an_error(string expression, string given) => Assert.Equal(given, Evaluate(expression, new Rights("somebody")) switch
    {
        CelBool { Value: var value } => value.ToString(),
        CelString { Value: var text } => text,
        CelError { Message: var message } => message,
        var other => throw new XunitException($"{other}"),
    });

    [Theory]
    [InlineData("authorizer.check('get')", "found no matching overload for 'check' applied to 'kubernetes.authorization.Authorizer.(string)'")]
    [InlineData("authorizer.group('a').check('get')", "found no matching overload for 'check' applied to 'kubernetes.authorization.GroupCheck.(string)'")]
    [InlineData("authorizer.group('a').resource(1)", "found no matching overload for 'resource' applied to 'kubernetes.authorization.GroupCheck.(int)'")]
    [InlineData("authorizer.path('/').check('get') == 1", "found no matching overload for '_==_'")]
    [InlineData("authorizer.nothing", "undefined field 'nothing'")]
    [InlineData("authorizer.serviceAccount('a', 'b').requestResource", "undefined field 'requestResource'")]
    public void What_does_not_fit_together_does_not_compile(string expression, string problem)
    {
        Assert.False(CelProgram.TryCompile(expression, Environment, out _, out var issues));
        Assert.Contains(problem, Assert.Single(issues.Items).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authorizer.group('').resource('pods').check('get').allowed()", "authorizer")]
    [InlineData("authorizer.requestResource.check('get').reason() == 'a' + 'b'", "authorizer")]
    [InlineData("x.all(y, nothing.contains(y) && nothing2 > 1)", "nothing", "nothing2")]
    public void Each_name_that_is_not_declared_is_one_issue(string expression, params string[] names)
    {
        Assert.False(CelProgram.TryCompile(expression, CelEnvironment.Standard.With("x", CelType.Dyn), out _, out var issues));
        Assert.Equal(names.Select(name => $"undeclared reference to '{name}' (in container '')"), issues.Items.Select(issue => issue.Message));
    }

    [Fact]
    public void A_question_costs_so_much_that_an_expression_may_ask_two()
    {
        const string Question = "authorizer.requestResource.check('get').allowed()";
        var cost = new CelCost();
        Assert.Equal(CelBool.True, Compile($"{Question} && {Question}").Evaluate(Values(new Rights("s")), cost));
        Assert.Equal(2 * (350_000 + 2), cost.Spent);
        var failed = Compile($"{Question} && {Question} && {Question}").Evaluate(Values(new Rights("s")), new CelCost());
        Assert.Equal(CelErrorKind.CostExceeded, Assert.IsType<CelError>(failed).Kind);
        Assert.True(CelProgram.TryCompile(Question, Environment.Estimating(CelType.Dyn), out var estimated, out _));
        Assert.Equal(new CelCostRange(350_002, 350_002), estimated.EstimatedCost);
    }

    private static CelProgram Compile(string expression) =>
        CelProgram.TryCompile(expression, Environment, out var program, out var issues) ? program : throw new XunitException($"{issues}");

    private static CelActivation Values(Rights rights) => CelActivation.Empty.With("x", new CelInt(1))
        .With("authorizer", new CelAuthorizer(rights, new CelAccess { Resource = "configmaps", Namespace = "here", Name = "m" }));

    private static CelValue Evaluate(string expression, Rights rights) => Compile(expression).Evaluate(Values(rights), new CelCost());

    private sealed class Rights(string who) : ICelAuthorizer
    {
        public List<string> Asked { get; private init; } = [];

        public CelDecision Decide(CelAccess access)
        {
            var resource = access.Subresource.Length == 0 ? access.Resource : $"{access.Resource}/{access.Subresource}";
            Asked.Add(access.Path.Length > 0 ? $"{who} {access.Verb} {access.Path}"
                : $"{who} {access.Verb} {access.Group} {resource} {access.Namespace} {access.Name} {access.FieldSelector} {access.LabelSelector}".TrimEnd().Replace("    ", " ", StringComparison.Ordinal).Replace("   ", " ", StringComparison.Ordinal));
            return access.Path switch
            {
                "/no" => new(false, "because"),
                "/broken" => new(false, "", "no view"),
                _ => new(true, ""),
            };
        }

        public ICelAuthorizer OfServiceAccount(string namespaceName, string name) => new Rights($"{namespaceName}:{name}") { Asked = Asked };
    }
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Holdfast.Cel.Checking;
using Holdfast.Cel.Costs;
using Holdfast.Cel.Evaluation;
using Holdfast.Cel.Functions;
using Holdfast.Cel.Syntax;

namespace Holdfast.Cel;

/// <summary>
/// An expression of the Common Expression Language that was read and checked. Immutable; many evaluations may run at once.
/// Follows cel-spec's language definition, and the libraries that Kubernetes 1.36 has for the rules of custom resources and the conditions of webhooks. What is not
/// supported (messages, and whatever other libraries have) does not compile.
/// </summary>
public sealed class CelProgram
{
    /// <summary>The longest expression, in UTF-16 characters.</summary>
    public const int MaximumLength = 100_000;

    private readonly CelNode _root;
    private readonly CelPatterns _patterns;

    private CelProgram(string text, CelNode root, CelType resultType, CelChecker checker, CelType? dataType)
    {
        Text = text;
        ResultType = resultType;
        Variables = checker.Variables;
        EstimatedCost = dataType is null ? default : new CostEstimator(checker.Facts, dataType).Estimate(root);
        _root = root;
        _patterns = new CelPatterns(checker.Patterns);
    }

    /// <summary>The expression.</summary>
    public string Text { get; }

    /// <summary>The type of what an evaluation gives; <see cref="CelType.Dyn"/> when it is not known before.</summary>
    public CelType ResultType { get; }

    /// <summary>The variables of the environment that the expression refers to; an evaluation needs no others.</summary>
    public ImmutableHashSet<string> Variables { get; }

    /// <summary>What an evaluation may cost; zero when the environment asks for no estimate.</summary>
    public CelCostRange EstimatedCost { get; }

    /// <summary>Reads and checks an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="environment">What it may refer to.</param>
    /// <param name="program">The program, when there are no issues.</param>
    /// <param name="issues">What is wrong with the expression.</param>
    public static bool TryCompile(string text, CelEnvironment environment, [NotNullWhen(true)] out CelProgram? program, [NotNullWhen(false)] out CelIssues? issues)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(environment);
        program = null;
        if (text.Length > MaximumLength)
        {
            issues = new([new(1, 1, $"expression code point size exceeds limit: size: {text.Length}, limit {MaximumLength}", "")]);
            return false;
        }
        try
        {
            var root = CelParser.Parse(text);
            var checker = new CelChecker(environment);
            var type = checker.Check(root);
            issues = checker.Issues.Count == 0 ? null : new([.. checker.Issues.OrderBy(issue => issue.Position).Select(issue => CelIssues.At(text, issue.Position, issue.Message))]);
            program = issues is null ? new(text, root, type, checker, environment.DataType) : null;
            return program is not null;
        }
        catch (CelSyntaxException refused)
        {
            issues = new([CelIssues.At(text, refused.Position, refused.Message)]);
            return false;
        }
    }

    /// <summary>Evaluates the expression.</summary>
    /// <param name="activation">The values of the variables.</param>
    /// <param name="cost">What it may spend, also for other evaluations before and after.</param>
    /// <returns>The value; a <see cref="CelError"/> when there is none.</returns>
    public CelValue Evaluate(CelActivation activation, CelCost cost)
    {
        try
        {
            return new CelEvaluator(new(cost, _patterns)).Evaluate(_root, activation);
        }
        catch (CelStoppedException stopped)
        {
            return stopped.Error;
        }
    }
}

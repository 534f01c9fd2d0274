namespace Holdfast.Model.Selectors;

/// <summary>Checks single requirements.</summary>
internal static class RequirementSyntax
{
    /// <summary>What is wrong with a requirement, in Kubernetes' words, or null; several problems stand in brackets.</summary>
    /// <param name="requirement">The requirement.</param>
    internal static string? Problem(SelectorRequirement requirement)
    {
        var problems = new List<string>();
        if (LabelSyntax.KeyProblems(requirement.Key) is { IsEmpty: false } keyProblems)
        {
            problems.Add($"key: Invalid value: {Quote(requirement.Key)}: {string.Join("; ", keyProblems)}");
        }
        AddCountProblem(requirement, problems);
        for (var i = 0; i < requirement.Values.Count; i++)
        {
            if (LabelSyntax.ValueProblems(requirement.Values[i]) is { IsEmpty: false } valueProblems)
            {
                problems.Add($"values[{i}][{requirement.Key}]: Invalid value: {Quote(requirement.Values[i])}: {string.Join("; ", valueProblems)}");
            }
        }
        return problems.Count switch
        {
            0 => null,
            1 => problems[0],
            _ => $"[{string.Join(", ", problems)}]",
        };
    }

    /// <summary>Text in double quotes, with what is special escaped.</summary>
    /// <param name="text">The text.</param>
    internal static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static void AddCountProblem(SelectorRequirement requirement, List<string> problems)
    {
        var values = requirement.Values;
        var shown = $"values: Invalid value: [{string.Join(' ', values)}]";
        switch (requirement.Operator)
        {
            case SelectorOperator.In or SelectorOperator.NotIn when values.IsEmpty:
                problems.Add($"{shown}: for 'in', 'notin' operators, values set can't be empty");
                break;
            case SelectorOperator.Equals or SelectorOperator.DoubleEquals or SelectorOperator.NotEquals when values.Count != 1:
                problems.Add($"{shown}: exact-match compatibility requires one single value");
                break;
            case SelectorOperator.Exists or SelectorOperator.DoesNotExist when !values.IsEmpty:
                problems.Add($"{shown}: values set must be empty for exists and does not exist");
                break;
            case SelectorOperator.GreaterThan or SelectorOperator.LessThan when !SelectorRequirement.TryParseBound(values[0], out _):
                problems.Add($"values[0]: Invalid value: {Quote(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer");
                break;
            default:
                break;
        }
    }
}

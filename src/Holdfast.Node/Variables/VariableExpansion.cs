using System.Text;

namespace Holdfast.Node.Variables;

/// <summary>Kubernetes' expansion of <c>$(NAME)</c> in variables, commands and arguments.</summary>
public static class VariableExpansion
{
    /// <summary>Replaces each <c>$(NAME)</c> whose name is known; <c>$$</c> stands for one dollar sign, and what is not known stays as it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="variables">The values.</param>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(variables);
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '$' || at + 1 >= text.Length)
                result.Append(text[at]);
            else if (text[at + 1] == '$')
                result.Append(text[at++]);
            else if (text[at + 1] == '(' && text.IndexOf(')', at + 2) is var end and > 0)
                at = Replace(text, at, end, variables, result);
            else
                result.Append(text[at]);
        }
        return result.ToString();
    }

    private static int Replace(string text, int at, int end, IReadOnlyDictionary<string, string> variables, StringBuilder result)
    {
        result.Append(variables.TryGetValue(text[(at + 2)..end], out var value) ? value : text[at..(end + 1)]);
        return end;
    }
}

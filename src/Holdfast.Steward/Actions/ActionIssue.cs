namespace Holdfast.Steward.Actions;

/// <summary>One thing that is wrong with how a Steward describes its members.</summary>
/// <param name="Path">The field: <c>spec.member.observe.calls[0].httpGet.path</c>.</param>
/// <param name="Message">What is wrong and what was expected.</param>
public sealed record ActionIssue(string Path, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Message}";
}

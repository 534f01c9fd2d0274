namespace LedgerStore.Raft;

/// <summary>What a new member may be called: what Kubernetes lets a pod be called (a DNS subdomain, RFC 1123), since members are found by their names and shown by them.
/// Memberships and disks of before are read whatever the names in them are.</summary>
public static class MemberName
{
    /// <summary>The most letters of one; what a membership can hold is a little more.</summary>
    public const int MaxLength = 253;

    /// <summary>What is said of a name that is none.</summary>
    public const string Rule = "lower-case letters, digits, '-' and '.', at most 253 of them, beginning and ending with a letter or digit, also on both sides of each '.'";

    private const int MaxLabelLength = 63;

    /// <summary>True when a new member may be called so.</summary>
    public static bool IsValid(string? name) => name is { Length: > 0 and <= MaxLength } && Array.TrueForAll(name.Split('.'), IsLabel);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength && label[0] != '-' && label[^1] != '-' &&
        label.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}

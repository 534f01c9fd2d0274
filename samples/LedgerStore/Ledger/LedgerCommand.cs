namespace LedgerStore.Ledger;

/// <summary>Who asks for an append, so that asking again is harmless.</summary>
/// <param name="Client">The client's own name: 1 to 64 letters, digits, dots, colons, dashes or underscores.</param>
/// <param name="Sequence">The client's number for this append, from 1; a repeat carries the same.</param>
public sealed record RequestIdentity(string Client, long Sequence)
{
    /// <summary>The most characters in a client's name.</summary>
    public const int MaxClientLength = 64;

    /// <summary>True when the name can be kept in an entry.</summary>
    public static bool IsValidClient(string client) =>
        client.Length is > 0 and <= MaxClientLength &&
        client.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_');
}

/// <summary>An append that is asked for.</summary>
/// <param name="Data">The entry's bytes, never looked into.</param>
/// <param name="Identity">Who asks, or null when a repeat may append again.</param>
public sealed record LedgerCommand(ReadOnlyMemory<byte> Data, RequestIdentity? Identity);

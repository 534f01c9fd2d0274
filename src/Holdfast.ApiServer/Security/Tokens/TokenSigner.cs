using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Holdfast.ApiServer.Security.Tokens;

/// <summary>
/// Signs tokens as JSON Web Tokens (RFC 7519) with ES256 (RFC 7518, section 3.4), by a key of the cluster's own that only the
/// owner of the data folder can read, and tells whether a token was signed by it.
/// </summary>
public sealed class TokenSigner : IDisposable
{
    private const int MaximumTokenLength = 16 * 1024;
    private const string Algorithm = "ES256";

    private readonly ECDsa _key;
    private readonly Lock _turn = new();
    private readonly string _header;

    private TokenSigner(ECDsa key)
    {
        _key = key;
        KeyId = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        _header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{Algorithm}}","kid":"{{KeyId}}"}"""));
    }

    /// <summary>The name of the key: a hash of its public half.</summary>
    public string KeyId { get; }

    /// <summary>Reads the key of a folder, or makes one there.</summary>
    /// <param name="folder">The folder; made when it is missing.</param>
    /// <exception cref="CryptographicException">The file is there and holds no such key.</exception>
    public static TokenSigner Open(string folder)
    {
        PrivateFiles.MakeFolder(folder);
        var path = Path.Combine(folder, "service-accounts.key");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
            Import(key, path);
        else
            PrivateFiles.Write(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        return new TokenSigner(key);
    }

    private static void Import(ECDsa key, string path)
    {
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new IOException($"{path}, the key that signs the tokens of service accounts, cannot be read. Put it back; or remove it, and every pod needs a new token.", error);
        }
    }

    /// <summary>A token that carries a text.</summary>
    /// <param name="payload">The text, JSON in UTF-8.</param>
    public string Sign(ReadOnlySpan<byte> payload)
    {
        var signed = $"{_header}.{Base64Url.EncodeToString(payload)}";
        lock (_turn)
            return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>What a token carries; null when it was not signed by this key.</summary>
    /// <param name="token">The token.</param>
    public byte[]? Verify(ReadOnlySpan<char> token)
    {
        if (token.Length > MaximumTokenLength || token.LastIndexOf('.') is not (> 0 and var end))
            return null;
        var signed = token[..end];
        // There is one key and one algorithm: whatever else a header says is not ours, so it need not be read.
        if (!signed.StartsWith(_header) || signed.Length <= _header.Length + 1 || signed[_header.Length] != '.')
            return null;
        if (Decode(token[(end + 1)..]) is not { } signature || Decode(signed[(_header.Length + 1)..]) is not { } payload)
            return null;
        var bytes = new byte[signed.Length];
        if (!Encoding.ASCII.TryGetBytes(signed, bytes, out _))
            return null;
        lock (_turn)
            return _key.VerifyData(bytes, signature, HashAlgorithmName.SHA256) ? payload : null;
    }

    /// <summary>The public half as a JSON Web Key Set (RFC 7517), for those who check tokens themselves.</summary>
    public byte[] PublicKeys()
    {
        ECParameters parameters;
        lock (_turn)
            parameters = _key.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.SerializeToUtf8Bytes(new System.Text.Json.Nodes.JsonObject
        {
            ["keys"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject
            {
                ["use"] = "sig",
                ["kty"] = "EC",
                ["kid"] = KeyId,
                ["crv"] = "P-256",
                ["alg"] = Algorithm,
                ["x"] = Base64Url.EncodeToString(parameters.Q.X),
                ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
            }),
        });
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();

    private static byte[]? Decode(ReadOnlySpan<char> text) => Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}

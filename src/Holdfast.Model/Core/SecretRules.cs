using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;
using Holdfast.Model.Rules;
using Holdfast.Model.Values;

namespace Holdfast.Model.Core;

/// <summary>The rules of Secrets: what each type must hold, at most 1 MiB, and nothing changes once it is immutable.</summary>
internal sealed class SecretRules : ResourceRules<Secret>
{
    private static readonly FieldPath Data = FieldPath.Root("data");

    /// <summary>What was given as text becomes data; it is never stored as text.</summary>
    public override Secret Default(Secret secret)
    {
        var data = secret.Data;
        foreach (var (key, value) in secret.StringData)
        {
            data = data.SetItem(key, ByteString.CopyFrom(Encoding.UTF8.GetBytes(value)));
        }
        return secret with { Data = data, StringData = default, Type = secret.Type.Or("Opaque") };
    }

    protected override void Check(Secret secret, FieldErrors errors)
    {
        long bytes = 0;
        foreach (var (key, value) in secret.Data)
        {
            foreach (var problem in TextFormats.ConfigKey(key))
            {
                errors.Add(FieldError.Invalid(Data.Key(key), key, problem));
            }
            bytes += value.Length;
        }
        if (bytes > ConfigMapRules.MaxBytes)
        {
            errors.Add(FieldError.TooLong(Data, ConfigMapRules.MaxBytes));
        }
        CheckType(secret, errors);
    }

    protected override void CheckUpdate(Secret updated, Secret old, FieldErrors errors)
    {
        errors.RequireUnchanged(FieldPath.Root("type"), updated.Type, old.Type);
        if (old.Immutable == true)
        {
            ConfigMapRules.ForbidUnless(updated.Immutable == true, "immutable", errors);
            ConfigMapRules.ForbidUnless(updated.Data == old.Data, "data", errors);
        }
        Check(updated, errors);
    }

    private static void CheckType(Secret secret, FieldErrors errors)
    {
        switch (secret.Type)
        {
            case "kubernetes.io/service-account-token":
                const string AccountName = "kubernetes.io/service-account.name";
                if (string.IsNullOrEmpty(secret.Metadata.Annotations.GetValueOrDefault(AccountName)))
                {
                    errors.Add(FieldError.Required(MetadataPath.Child("annotations").Key(AccountName)));
                }
                break;
            case "kubernetes.io/dockercfg":
                RequireJson(secret, ".dockercfg", errors);
                break;
            case "kubernetes.io/dockerconfigjson":
                RequireJson(secret, ".dockerconfigjson", errors);
                break;
            case "kubernetes.io/basic-auth" when !secret.Data.ContainsKey("username") && !secret.Data.ContainsKey("password"):
                errors.Add(FieldError.Required(Data.Key("username")));
                errors.Add(FieldError.Required(Data.Key("password")));
                break;
            case "kubernetes.io/ssh-auth" when secret.Data.GetValueOrDefault("ssh-privatekey").IsEmpty:
                errors.Add(FieldError.Required(Data.Key("ssh-privatekey")));
                break;
            case "kubernetes.io/tls":
                RequireKey(secret, "tls.crt", errors);
                RequireKey(secret, "tls.key", errors);
                break;
            default:
                break;
        }
    }

    private static bool RequireKey(Secret secret, string key, FieldErrors errors)
    {
        if (secret.Data.ContainsKey(key))
        {
            return true;
        }
        errors.Add(FieldError.Required(Data.Key(key)));
        return false;
    }

    private static void RequireJson(Secret secret, string key, FieldErrors errors)
    {
        if (!RequireKey(secret, key, errors))
        {
            return;
        }
        try
        {
            var reader = new Utf8JsonReader(secret.Data[key].Span, JsonInput.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Add(FieldError.Invalid(Data.Key(key), "<secret contents redacted>", "must be a JSON object"));
            }
        }
        catch (JsonException)
        {
            errors.Add(FieldError.Invalid(Data.Key(key), "<secret contents redacted>", "must be a JSON object"));
        }
    }
}

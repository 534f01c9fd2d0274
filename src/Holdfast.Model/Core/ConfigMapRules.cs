using System.Text;
using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of ConfigMaps: keys that may be file names, at most 1 MiB, and nothing changes once it is immutable.</summary>
internal sealed class ConfigMapRules : ResourceRules<ConfigMap>
{
    public const int MaxBytes = 1024 * 1024;
    public const string ImmutableWords = "field is immutable when `immutable` is set";

    private static readonly FieldPath Data = FieldPath.Root("data");
    private static readonly FieldPath BinaryData = FieldPath.Root("binaryData");

    protected override void Check(ConfigMap map, FieldErrors errors)
    {
        long bytes = 0;
        foreach (var (key, value) in map.Data)
        {
            foreach (var problem in TextFormats.ConfigKey(key))
            {
                errors.Add(FieldError.Invalid(Data.Key(key), key, problem));
            }
            if (map.BinaryData.ContainsKey(key))
            {
                errors.Add(FieldError.Invalid(Data.Key(key), key, "duplicate of key present in binaryData"));
            }
            bytes += Encoding.UTF8.GetByteCount(value);
        }
        foreach (var (key, value) in map.BinaryData)
        {
            foreach (var problem in TextFormats.ConfigKey(key))
            {
                errors.Add(FieldError.Invalid(BinaryData.Key(key), key, problem));
            }
            bytes += value.Length;
        }
        if (bytes > MaxBytes)
        {
            errors.Add(FieldError.TooLong(FieldPath.Root(""), MaxBytes));
        }
    }

    protected override void CheckUpdate(ConfigMap updated, ConfigMap old, FieldErrors errors)
    {
        if (old.Immutable == true)
        {
            ForbidUnless(updated.Immutable == true, "immutable", errors);
            ForbidUnless(updated.Data == old.Data, "data", errors);
            ForbidUnless(updated.BinaryData == old.BinaryData, "binaryData", errors);
        }
        Check(updated, errors);
    }

    internal static void ForbidUnless(bool isUnchanged, string field, FieldErrors errors)
    {
        if (!isUnchanged)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Root(field), ImmutableWords));
        }
    }
}

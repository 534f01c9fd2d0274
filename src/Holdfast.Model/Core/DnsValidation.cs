using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>What holds for how a pod finds names.</summary>
internal static class DnsValidation
{
    private const int MaxServers = 3;
    private const int MaxSearches = 32;
    private const int MaxSearchCharacters = 2048;

    public static void Check(PodDNSConfig? config, string policy, FieldPath path, FieldErrors errors)
    {
        if (config is null)
        {
            if (policy == "None")
            {
                errors.Add(FieldError.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
            }
            return;
        }
        if (policy == "None" && config.Nameservers.IsEmpty)
        {
            errors.Add(FieldError.Required(path.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None"));
            return;
        }
        if (config.Nameservers.Count > MaxServers)
        {
            errors.Add(FieldError.InvalidJson(path.Child("nameservers"), ShownValue.Texts(config.Nameservers), $"must not have more than {MaxServers} nameservers"));
        }
        for (var i = 0; i < config.Nameservers.Count; i++)
        {
            AddressFormats.RequireAddress(config.Nameservers[i], path.Child("nameservers").Index(i), errors);
        }
        CheckSearches(config, path.Child("searches"), errors);
        for (var i = 0; i < config.Options.Count; i++)
        {
            if (config.Options[i].Name.Length == 0)
            {
                errors.Add(FieldError.Required(path.Child("options").Index(i), "must not be empty"));
            }
        }
    }

    private static void CheckSearches(PodDNSConfig config, FieldPath path, FieldErrors errors)
    {
        if (config.Searches.Count > MaxSearches)
        {
            errors.Add(FieldError.InvalidJson(path, ShownValue.Texts(config.Searches), $"must not have more than {MaxSearches} search paths"));
        }
        if (config.Searches.Sum(search => search.Length + 1) - 1 > MaxSearchCharacters)
        {
            errors.Add(FieldError.InvalidJson(
                path, ShownValue.Texts(config.Searches), $"must not have more than {MaxSearchCharacters} characters (including spaces) in the search list"));
        }
        for (var i = 0; i < config.Searches.Count; i++)
        {
            var search = config.Searches[i];
            if (search != ".")
            {
                search = search.EndsWith('.') ? search[..^1] : search;
                errors.RequireFormat(path.Index(i), search, TextFormats.Dns1123SubdomainWithUnderscore);
            }
        }
    }
}

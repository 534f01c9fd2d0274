using Holdfast.Model.Rules;

namespace Holdfast.Model.AdmissionRegistration;

/// <summary>What holds for the place where a webhook is reached.</summary>
internal static class WebhookClientValidation
{
    private const string Form = "; desired format: https://host[/path]";
    private const int DefaultPort = 443;
    private const int MaxPort = 65535;

    public static void Check(WebhookClientConfig client, FieldPath path, FieldErrors errors)
    {
        if (client.Url is null == client.Service is null)
        {
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
        }
        else if (client.Url is { } url)
        {
            CheckUrl(url, path.Child("url"), errors);
        }
        else
        {
            CheckService(client.Service!, path.Child("service"), errors);
        }
    }

    private static void CheckUrl(string url, FieldPath path, FieldErrors errors)
    {
        var schemeEnd = url.IndexOf("://", StringComparison.Ordinal);
        var scheme = schemeEnd < 0 ? "" : url[..schemeEnd];
        if (scheme != Uri.UriSchemeHttps)
        {
            errors.Add(FieldError.Invalid(path, scheme, "'https' is the only allowed URL scheme" + Form));
        }
        var rest = schemeEnd < 0 ? url : url[(schemeEnd + 3)..];
        var authority = rest[..(rest.IndexOfAny(['/', '?', '#']) is var end and >= 0 ? end : rest.Length)];
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        if (schemeEnd < 0 || host.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, "", "host must be provided" + Form));
            return;
        }
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            errors.Add(FieldError.Required(path, $"url must be a valid URL: parse \"{url}\": invalid URL" + Form));
            return;
        }
        if (authority.Contains('@', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid(path, address.UserInfo, "user information is not permitted in the URL"));
        }
        if (address.Fragment.Length > 1)
        {
            errors.Add(FieldError.Invalid(path, address.Fragment[1..], "fragments are not permitted in the URL"));
        }
        if (address.Query.Length > 1)
        {
            errors.Add(FieldError.Invalid(path, address.Query[1..], "query parameters are not permitted in the URL"));
        }
    }

    private static void CheckService(ServiceReference service, FieldPath path, FieldErrors errors)
    {
        errors.Require(path, "name", service.Name, "service name is required");
        errors.Require(path, "namespace", service.Namespace, "service namespace is required");
        if ((service.Port ?? DefaultPort) is < 1 or > MaxPort)
        {
            errors.Add(FieldError.Invalid(path.Child("port"), (long)service.Port!.Value, "port is not valid: must be between 1 and 65535, inclusive"));
        }
        CheckPath(service.Path ?? "", path.Child("path"), errors);
    }

    private static void CheckPath(string urlPath, FieldPath path, FieldErrors errors)
    {
        if (urlPath is "" or "/")
        {
            return;
        }
        if (urlPath == "//")
        {
            errors.Add(FieldError.Invalid(path, urlPath, "segment[0] may not be empty"));
            return;
        }
        if (!urlPath.StartsWith('/'))
        {
            errors.Add(FieldError.Invalid(path, urlPath, "must start with a '/'"));
        }
        var segments = (urlPath.EndsWith('/') ? urlPath[1..^1] : urlPath[1..]).Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].Length == 0)
            {
                errors.Add(FieldError.Invalid(path, urlPath, $"segment[{i}] may not be empty"));
                continue;
            }
            foreach (var problem in TextFormats.Dns1123Subdomain(segments[i]))
            {
                errors.Add(FieldError.Invalid(path, urlPath, $"segment[{i}]: {problem}"));
            }
        }
    }
}

using System.Globalization;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client.LeaderElection;
using Holdfast.Model.Rules;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>Reads the options that come as query parameters.</summary>
/// <param name="query">The query.</param>
internal sealed class QueryOptions(IQueryCollection query)
{
    private const int MaximumManager = 128;

    /// <summary>A parameter's text; empty when it is not given.</summary>
    public string Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>A parameter that is true or false; null when it is not given.</summary>
    public bool? Flag(string name) => Text(name) switch
    {
        "" => query.ContainsKey(name) ? true : null,
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        var text => throw ApiErrors.BadRequest($"strconv.ParseBool: parsing \"{text}\": invalid syntax"),
    };

    /// <summary>A parameter that is a number; null when it is not given.</summary>
    public long? Number(string name)
    {
        var text = Text(name);
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiErrors.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>The context of a write.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="optionsKind">The kind of its options, for messages.</param>
    /// <param name="userAgent">Names the field manager when the query does not.</param>
    /// <param name="fence">The leadership that it depends on; null when it depends on none.</param>
    public WriteContext Context(UserInfo user, string optionsKind, string userAgent, Fence? fence = null)
    {
        var manager = Text("fieldManager");
        if (manager.Length > MaximumManager)
        {
            throw ApiErrors.InvalidOptions(optionsKind, new FieldError(FieldErrorType.FieldValueTooLong, "fieldManager",
                $"Too long: may not be more than {MaximumManager} bytes"));
        }
        return new WriteContext(user)
        {
            IsDryRun = IsDryRun(optionsKind),
            FieldManager = manager.Length > 0 ? manager : ManagerOf(userAgent),
            GivenManager = manager,
            Force = Flag("force") ?? false,
            Fence = fence,
            FieldValidation = Validation(optionsKind),
        };
    }

    private bool IsDryRun(string optionsKind)
    {
        if (!query.TryGetValue("dryRun", out var values))
            return false;
        if (values.All(value => value == "All"))
            return true;
        var given = string.Join(",", values.Select(value => $"\"{value}\""));
        throw ApiErrors.InvalidOptions(optionsKind, new FieldError(FieldErrorType.FieldValueNotSupported, "dryRun",
            $"Unsupported value: [{given}]: supported values: \"All\""));
    }

    private FieldValidation Validation(string optionsKind) => Text("fieldValidation") switch
    {
        "" or "Warn" => FieldValidation.Warn,
        "Strict" => FieldValidation.Strict,
        "Ignore" => FieldValidation.Ignore,
        var text => throw ApiErrors.InvalidOptions(optionsKind, new FieldError(FieldErrorType.FieldValueNotSupported, "fieldValidation",
            $"Unsupported value: \"{text}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")),
    };

    private static string ManagerOf(string userAgent)
    {
        var name = userAgent.Split('/')[0];
        return name.Length == 0 ? "unknown" : name[..Math.Min(name.Length, MaximumManager)];
    }
}

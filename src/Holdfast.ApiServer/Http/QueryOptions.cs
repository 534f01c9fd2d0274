using System.Globalization;
using System.Text;
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
    private const int MaximumAgentBytes = 128;

    /// <summary>A parameter's text; empty when it is not given.</summary>
    public string Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>A parameter that is true or false; null when it is not given. As in Kubernetes anything is true but "0" and "false".</summary>
    public bool? Flag(string name) =>
        query.ContainsKey(name) ? Text(name) != "0" && !Text(name).Equals("false", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>A parameter that is a number; null when it is not given.</summary>
    public long? Number(string name)
    {
        var text = Text(name);
        if (text.Length == 0)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        var digits = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        var isNumber = digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
        throw ApiErrors.BadRequest($"strconv.ParseInt: parsing {QuotedText.Quote(text)}: {(isNumber ? "value out of range" : "invalid syntax")}");
    }

    /// <summary>The context of a write.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="optionsKind">The kind of its options, for messages.</param>
    /// <param name="userAgent">Names the field manager when the query does not.</param>
    /// <param name="fence">The leadership that it depends on; null when it depends on none.</param>
    /// <param name="found">What was found wrong with the options before, told together with the rest.</param>
    /// <exception cref="Client.ApiException">The options have problems.</exception>
    public WriteContext Context(UserInfo user, string optionsKind, string userAgent, Fence? fence, IEnumerable<FieldError> found)
    {
        var problems = new FieldErrors();
        foreach (var problem in found)
            problems.Add(problem);
        var manager = Text("fieldManager");
        ManagerNames.Check(manager, FieldPath.Root("fieldManager"), problems);
        var isDryRun = IsDryRun(problems);
        var validation = Validation(problems);
        if (problems.Count > 0)
            throw ApiErrors.InvalidOptions(optionsKind, problems.ToImmutable());
        return new WriteContext(user)
        {
            IsDryRun = isDryRun,
            FieldManager = manager.Length > 0 ? manager : ManagerOf(userAgent),
            GivenManager = manager,
            Force = Flag("force") ?? false,
            Fence = fence,
            FieldValidation = validation,
        };
    }

    private bool IsDryRun(FieldErrors problems)
    {
        if (!query.TryGetValue("dryRun", out var values))
            return false;
        if (values.All(value => value == "All"))
            return true;
        var given = string.Join(",", values.Select(value => $"\"{value}\""));
        problems.Add(new FieldError(FieldErrorType.FieldValueNotSupported, "dryRun", $"Unsupported value: [{given}]: supported values: \"All\""));
        return false;
    }

    private FieldValidation Validation(FieldErrors problems)
    {
        switch (Text("fieldValidation"))
        {
            case "" or "Warn":
                return FieldValidation.Warn;
            case "Strict":
                return FieldValidation.Strict;
            case "Ignore":
                return FieldValidation.Ignore;
            default:
                problems.Add(FieldError.NotSupported(FieldPath.Root("fieldValidation"), Text("fieldValidation"), "", "Ignore", "Strict", "Warn"));
                return FieldValidation.Warn;
        }
    }

    // Not as the client wrote it, but as a name may be: a writer without one is not refused for what its library calls itself.
    private static string ManagerOf(string userAgent)
    {
        var (name, bytes) = (new StringBuilder(), 0);
        foreach (var rune in userAgent.Split('/')[0].EnumerateRunes().Where(QuotedText.IsPrintable))
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaximumAgentBytes)
                break;
            name.Append(rune);
        }
        return name.Length == 0 ? "unknown" : name.ToString();
    }
}

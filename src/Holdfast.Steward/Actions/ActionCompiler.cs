using System.Collections.Immutable;
using Holdfast.Cel;
using Holdfast.Model.Stewards;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Actions;

/// <summary>Where an action's calls go and how long they may take, unless it says so itself.</summary>
/// <param name="Port">The member's port; empty for the scheme's own.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Container">The container of commands; empty for the pod's first one.</param>
/// <param name="Timeout">How long a call may take.</param>
/// <param name="To">Whom it is sent to.</param>
public sealed record ActionDefaults(string Port, string Scheme, string Container, TimeSpan Timeout, ActionTarget To);

/// <summary>Reads the action language: every text and expression of an action, with every problem and its place.</summary>
/// <param name="issues">Takes what is wrong.</param>
internal sealed class ActionCompiler(ICollection<ActionIssue> issues)
{
    private const int MaximumTextLength = 65_536;

    /// <summary>Reads an action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="path">The field that holds it.</param>
    /// <param name="defaults">What it does not say itself.</param>
    /// <param name="seen">The fields that expressions know from earlier calls.</param>
    /// <returns>Null when something is wrong with it.</returns>
    internal CompiledAction? Compile(MemberAction action, string path, ActionDefaults defaults, IEnumerable<string> seen)
    {
        var before = issues.Count;
        var environment = ActionVariables.ForRequests(seen);
        if (DurationText.TryParse(action.Timeout, out var limit) && limit > TimeSpan.Zero)
            defaults = defaults with { Timeout = limit };
        else if (action.Timeout.Length > 0)
            Report($"{path}.timeout", $"\"{action.Timeout}\" is no length of time above zero, such as 5s");
        var request = Request(action, path, defaults, environment);
        var fields = Fields(action, path, ActionVariables.ForFields(environment));
        return issues.Count > before || request is null
            ? null
            : new CompiledAction(path, request, Target(action.To, defaults.To), [.. action.ExpectStatus], fields);
    }

    private RequestTemplate? Request(MemberAction action, string path, ActionDefaults defaults, CelEnvironment environment)
    {
        switch (action)
        {
            case { HttpGet: { } get, HttpPost: null, Exec: null }:
                if (get.Body.Length > 0)
                    Report($"{path}.httpGet.body", "a GET sends no body: use httpPost");
                return Http("GET", get, $"{path}.httpGet", defaults, environment);
            case { HttpGet: null, HttpPost: { } post, Exec: null }:
                return Http("POST", post, $"{path}.httpPost", defaults, environment);
            case { HttpGet: null, HttpPost: null, Exec: { } exec }:
                return Exec(exec, $"{path}.exec", defaults, environment);
            default:
                Report(path, "give exactly one of httpGet, httpPost and exec");
                return null;
        }
    }

    private HttpTemplate? Http(string method, HttpCall call, string path, ActionDefaults defaults, CelEnvironment environment)
    {
        if (!call.Path.StartsWith('/'))
            Report($"{path}.path", $"\"{call.Path}\" must begin with a slash");
        var type = call.ContentType.Length > 0 ? call.ContentType : "application/json";
        var target = Text(call.Path, TemplateForm.Url, environment, $"{path}.path");
        var body = Text(call.Body, type.Contains("json", StringComparison.OrdinalIgnoreCase) ? TemplateForm.Json : TemplateForm.Plain, environment, $"{path}.body");
        var headers = ImmutableArray.CreateBuilder<(string, TextTemplate)>();
        foreach (var header in call.Headers)
        {
            if (Text(header.Value, TemplateForm.Plain, environment, $"{path}.headers[{header.Name}].value") is { } value)
                headers.Add((header.Name, value));
        }
        return target is null ? null : new HttpTemplate(method, call.Scheme.Length > 0 ? call.Scheme : defaults.Scheme, PortOf(call.Port, defaults.Port), target, defaults.Timeout)
        {
            Body = method == "GET" ? null : body,
            ContentType = type,
            Headers = headers.ToImmutable(),
        };
    }

    private ExecTemplate? Exec(ExecCall call, string path, ActionDefaults defaults, CelEnvironment environment)
    {
        if (call.Command.Count == 0)
            Report($"{path}.command", "name a program");
        var command = ImmutableArray.CreateBuilder<TextTemplate>();
        foreach (var (part, index) in call.Command.Select((part, index) => (part, index)))
        {
            if (Text(part, TemplateForm.Plain, environment, $"{path}.command[{index}]") is { } text)
                command.Add(text);
        }
        var input = Text(call.Stdin, TemplateForm.Plain, environment, $"{path}.stdin");
        return new ExecTemplate(command.ToImmutable(), call.Container.Length > 0 ? call.Container : defaults.Container, call.Stdin.Length > 0 ? input : null, defaults.Timeout);
    }

    private ImmutableArray<(string, CelProgram)> Fields(MemberAction action, string path, CelEnvironment environment)
    {
        var fields = ImmutableArray.CreateBuilder<(string, CelProgram)>();
        foreach (var (name, expression) in action.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            if (!MemberFields.IsKnown(name))
                Report($"{path}.fields.{name}", $"there is no such field: use {string.Join(", ", MemberFields.Names)}, or a name that begins with _ for later calls of your own");
            else if (!CelProgram.TryCompile(expression, environment, out var program, out var problems))
                Report($"{path}.fields.{name}", $"line {problems.Items[0].Line}, character {problems.Items[0].Column}: {problems.Items[0].Message}");
            else
                fields.Add((name, program));
        }
        return fields.ToImmutable();
    }

    private TextTemplate? Text(string text, TemplateForm form, CelEnvironment environment, string path)
    {
        if (text.Length > MaximumTextLength)
            Report(path, $"it has {text.Length} characters; {MaximumTextLength} are the most");
        else if (TextTemplate.TryCompile(text, form, environment, out var template, out var problem))
            return template;
        else
            Report(path, problem);
        return null;
    }

    private static string PortOf(IntOrString? port, string usual) => port?.ToString() ?? usual;

    private static ActionTarget Target(string on, ActionTarget usual) => on.Length == 0 ? usual : Enum.Parse<ActionTarget>(on);

    private void Report(string path, string message) => issues.Add(new ActionIssue(path, message));
}

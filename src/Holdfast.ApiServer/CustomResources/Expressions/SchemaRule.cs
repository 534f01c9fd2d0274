using System.Collections.Immutable;
using Holdfast.Cel;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>One rule of a schema, compiled.</summary>
/// <param name="Source">The rule as the definition has it.</param>
/// <param name="Program">What must hold.</param>
/// <param name="Message">Says what is wrong when it does not; null when the rule has no expression for that.</param>
/// <param name="FieldPath">The field that the rule is about, from where it stands; empty for the value itself.</param>
internal sealed record SchemaRule(ValidationRule Source, CelProgram Program, CelProgram? Message, ImmutableArray<SchemaStep> FieldPath)
{
    public const string Self = "self";
    public const string OldSelf = "oldSelf";

    /// <summary>Whether the rule compares the value with what it was.</summary>
    public bool IsTransition { get; } = Program.Variables.Contains(OldSelf);

    /// <summary>Whether what the value was may be missing, so that the rule holds for creations too; else a transition holds for updates alone.</summary>
    public bool HasOptionalOld => Source.OptionalOldSelf == true;

    /// <summary>The rule in words, for messages.</summary>
    public string Words => Source.Message.Length > 0 ? Source.Message.Trim() : Source.Rule.Trim();

    /// <summary>What is said when the rule does not hold and nothing better is known.</summary>
    public string Refusal => Source.Message.Length > 0 ? Source.Message.Trim() : $"failed rule: {Source.Rule.Trim()}";

    /// <summary>The variables of the rule.</summary>
    /// <param name="value">The value.</param>
    /// <param name="old">The value before; null when there was none.</param>
    public CelActivation Activation(CelValue value, CelValue? old)
    {
        var activation = CelActivation.Empty.With(Self, value);
        if (HasOptionalOld)
            return activation.With(OldSelf, old is null ? CelOptional.None : new CelOptional(old));
        return old is null ? activation : activation.With(OldSelf, old);
    }

    /// <summary>Compiles a rule.</summary>
    /// <param name="source">The rule.</param>
    /// <param name="schema">The schema that has it.</param>
    /// <param name="type">The type of the schema's values.</param>
    /// <param name="path">Where the rule is.</param>
    /// <param name="errors">Where problems go.</param>
    /// <returns>Null when there are problems.</returns>
    public static SchemaRule? Compile(ValidationRule source, JSONSchemaProps schema, CelType type, FieldPath path, FieldErrors errors)
    {
        if (source.Rule.Trim().Length == 0)
            return null;
        var oldType = source.OptionalOldSelf == true ? CelType.Optional(type) : type;
        var environment = CelEnvironment.Standard.With(Self, type).With(OldSelf, oldType).Estimating(type);
        if (Compile(source.Rule, CelType.Bool, "cel expression must evaluate to a bool", source, environment, path.Child("rule"), errors) is not { } rule)
            return null;
        var message = source.MessageExpression.Length == 0 ? null
            : Compile(source.MessageExpression, CelType.String, "messageExpression must evaluate to a string", source, environment, path.Child("messageExpression"), errors);
        var compiled = new SchemaRule(source, rule, message, SchemaFieldPath.Find(schema, source.FieldPath, out _) ?? []);
        if (!compiled.IsTransition && source.OptionalOldSelf is { } isOptional)
            errors.Add(FieldError.InvalidJson(path.Child("optionalOldSelf"), isOptional ? "true" : "false", "may not be set if oldSelf is not used in rule"));
        return compiled;
    }

    private static CelProgram? Compile(
        string text, CelType wanted, string words, ValidationRule source, CelEnvironment environment, FieldPath path, FieldErrors errors)
    {
        if (!CelProgram.TryCompile(text, environment, out var program, out var issues))
        {
            errors.Add(FieldError.InvalidJson(path, Shown(source), $"{(wanted == CelType.Bool ? "" : "messageExpression ")}compilation failed: {issues}"));
            return null;
        }
        if (program.ResultType.Equals(wanted))
            return program;
        errors.Add(FieldError.InvalidJson(path, Shown(source), words));
        return null;
    }

    // As upstream shows it: the internal form, which has no names in JSON.
    private static string Shown(ValidationRule rule) =>
        $"{{\"Rule\":{ShownValue.Text(rule.Rule)},\"Message\":{ShownValue.Text(rule.Message)},\"MessageExpression\":{ShownValue.Text(rule.MessageExpression)},"
        + $"\"Reason\":{ShownValue.Text(rule.Reason)},\"FieldPath\":{ShownValue.Text(rule.FieldPath)},\"OptionalOldSelf\":{ShownValue.Boolean(rule.OptionalOldSelf)}}}";
}

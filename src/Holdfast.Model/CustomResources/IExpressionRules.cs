using System.Text.Json;
using Holdfast.Model.Rules;

namespace Holdfast.Model.CustomResources;

/// <summary>The rules of a schema that are expressions (<c>x-kubernetes-validations</c>), made ready by whoever can evaluate them.</summary>
public interface IExpressionRules
{
    /// <summary>Checks an object that its schema takes.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">The stored object; undefined when the object is new.</param>
    /// <param name="errors">Where problems go.</param>
    void Check(JsonElement value, JsonElement old, FieldErrors errors);
}

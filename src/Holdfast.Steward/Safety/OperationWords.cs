using Holdfast.Model.Stewards;

namespace Holdfast.Steward.Safety;

/// <summary>Operations in words.</summary>
public static class OperationWords
{
    /// <summary>What an operation does, such as <c>web-2 is brought to revision web-7d5</c>.</summary>
    /// <param name="operation">The operation.</param>
    public static string Of(OperationStatus operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.Kind switch
        {
            "Update" => $"{operation.Member} is brought to revision {operation.Revision}",
            "Switchover" => $"leadership goes from {operation.Member} to {operation.Successor}",
            "ScaleUp" => $"{operation.Member} is added",
            "ScaleDown" => $"{operation.Member} is removed",
            "Eviction" => $"{operation.Member} is evicted",
            _ => $"{operation.Kind} of {operation.Member}",
        };
    }
}

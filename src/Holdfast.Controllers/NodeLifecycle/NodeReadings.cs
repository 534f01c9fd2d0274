using Holdfast.Model.Core;

namespace Holdfast.Controllers.NodeLifecycle;

/// <summary>What is read off a node.</summary>
public static class NodeReadings
{
    /// <summary>A condition of a node, or null.</summary>
    /// <param name="status">The node's status.</param>
    /// <param name="type">The condition's type.</param>
    public static NodeCondition? Condition(this NodeStatus status, string type)
    {
        foreach (var condition in status.Conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }
        return null;
    }

    /// <summary>Whether the node says that it is ready.</summary>
    /// <param name="node">The node.</param>
    public static bool IsReady(this Node node) => node.Status.Condition("Ready") is { Status: "True" };
}

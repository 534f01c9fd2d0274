namespace Holdfast.Simulator.Checkers;

/// <summary>One change of an object, as the store committed it.</summary>
/// <typeparam name="T">The kind.</typeparam>
/// <param name="Old">As it was; null when it was made.</param>
/// <param name="New">As it is; null when it is gone.</param>
/// <param name="Revision">The revision of the change.</param>
public sealed record ObjectChange<T>(T? Old, T? New, long Revision) where T : class
{
    /// <summary>The object as it is, or as it last was.</summary>
    public T Latest => New ?? Old ?? throw new InvalidOperationException("a change has an old object, a new one, or both");
}

namespace Holdfast.Platform;

/// <summary>How large a terminal is, in characters.</summary>
/// <param name="Columns">Its width.</param>
/// <param name="Rows">Its height.</param>
public readonly record struct TerminalSize(ushort Columns, ushort Rows);

using Holdfast.Model.Json;
using Holdfast.Model.Schema;

namespace Holdfast.Model.Resources;

/// <summary>What can be done with a kind that is known only by its name: its type, its shape and reading it.</summary>
public abstract class ResourceCodec
{
    /// <summary>The type.</summary>
    public abstract ResourceType Type { get; }

    /// <summary>The shape.</summary>
    public abstract TypeSchema Schema { get; }

    /// <summary>Reads an object and collects its unknown and repeated fields.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="issues">Where they are collected.</param>
    /// <exception cref="ModelDecodeException">The text does not have the kind's shape.</exception>
    public abstract IResource Read(ReadOnlySpan<byte> utf8, DecodeIssues issues);

    /// <summary>Calls a visitor with the kind as its type argument, for what is the same for every kind but needs to know it when compiling.</summary>
    /// <typeparam name="TResult">What the visitor gives.</typeparam>
    /// <param name="visitor">The visitor.</param>
    public abstract TResult Accept<TResult>(IResourceVisitor<TResult> visitor);
}

/// <summary>Does the same for any kind.</summary>
/// <typeparam name="TResult">What it gives.</typeparam>
public interface IResourceVisitor<out TResult>
{
    /// <summary>Does it for a kind.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    TResult Visit<T>() where T : class, IResource<T>;
}

/// <summary>The codec of a kind that is known when compiling.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class ResourceCodec<T> : ResourceCodec where T : class, IResource<T>
{
    /// <inheritdoc/>
    public override ResourceType Type => T.ResourceType;

    /// <inheritdoc/>
    public override TypeSchema Schema => T.ModelSchema;

    /// <inheritdoc/>
    public override IResource Read(ReadOnlySpan<byte> utf8, DecodeIssues issues) => ModelJson.Read<T>(utf8, issues);

    /// <inheritdoc/>
    public override TResult Accept<TResult>(IResourceVisitor<TResult> visitor) => visitor.Visit<T>();
}

using System.Collections.Immutable;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Tables;

/// <summary>How objects of one kind are shown: their columns, and the cells of a row.</summary>
internal abstract class KindTable
{
    /// <summary>The kind's plural and group.</summary>
    public abstract string GroupResource { get; }

    /// <summary>The columns.</summary>
    public abstract ImmutableArray<TableColumn> Columns { get; }

    /// <summary>Writes the cells of an object's row, one for each column.</summary>
    /// <param name="row">Where to.</param>
    /// <param name="resource">The object.</param>
    public abstract void WriteCells(RowWriter row, IResource resource);

    /// <summary>Why the object's work is over, or null while it is not.</summary>
    /// <param name="resource">The object.</param>
    public virtual RowCompletion? Completion(IResource resource) => null;

    /// <summary>The table of a kind of the Model.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="columns">The columns.</param>
    /// <param name="writeCells">Writes the cells of a row.</param>
    /// <param name="completion">Tells whether an object's work is over.</param>
    public static KindTable Of<T>(
        ImmutableArray<TableColumn> columns, Action<RowWriter, T> writeCells, Func<T, RowCompletion?>? completion = null)
        where T : class, IResource<T> => new Typed<T>(columns, writeCells, completion);

    private sealed class Typed<T>(
        ImmutableArray<TableColumn> columns, Action<RowWriter, T> writeCells, Func<T, RowCompletion?>? completion) : KindTable
        where T : class, IResource<T>
    {
        public override string GroupResource => T.ResourceType.GroupResource;

        public override ImmutableArray<TableColumn> Columns => columns;

        public override void WriteCells(RowWriter row, IResource resource) => writeCells(row, (T)resource);

        public override RowCompletion? Completion(IResource resource) => completion?.Invoke((T)resource);
    }
}

/// <summary>Why the work of a row's object is over.</summary>
/// <param name="Reason">In one word.</param>
/// <param name="Message">In a sentence.</param>
internal sealed record RowCompletion(string Reason, string Message);

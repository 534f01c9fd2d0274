using Holdfast.Model.Resources;

namespace Holdfast.Client.Events;

/// <summary>Tells people what happened to an object, as <c>kubectl describe</c> shows it. Best effort: it never waits and never fails.</summary>
public interface IEventRecorder
{
    /// <summary>Takes a note.</summary>
    /// <param name="note">The note.</param>
    void Record(EventNote note);

    /// <summary>Notes something in the ordinary course of things.</summary>
    /// <param name="about">The object.</param>
    /// <param name="reason">One word: <c>SuccessfulCreate</c>.</param>
    /// <param name="message">What happened, in words.</param>
    void Normal(IResource about, string reason, string message) => Record(new EventNote(EventNote.ReferenceTo(about), "Normal", reason, message));

    /// <summary>Notes something that a person may have to look at.</summary>
    /// <param name="about">The object.</param>
    /// <param name="reason">One word: <c>FailedCreate</c>.</param>
    /// <param name="message">What happened, in words.</param>
    void Warning(IResource about, string reason, string message) => Record(new EventNote(EventNote.ReferenceTo(about), "Warning", reason, message));
}

using Holdfast.Simulator.Options;
using Holdfast.Steward.Webhooks;

namespace Holdfast.Simulator.Mutants;

/// <summary>A Steward whose webhook says yes where it must not.</summary>
/// <param name="inner">The real one.</param>
/// <param name="mutant">The bug.</param>
internal sealed class MutantAnswerer(IAdmissionAnswerer inner, Mutant mutant) : IAdmissionAnswerer
{
    /// <summary>The answerer of a mutant; the same one for those whose bug is elsewhere.</summary>
    public static IAdmissionAnswerer Around(IAdmissionAnswerer inner, Mutant mutant) =>
        mutant is Mutant.EvictsUnasked or Mutant.AllowsForce ? new MutantAnswerer(inner, mutant) : inner;

    /// <inheritdoc/>
    public async Task<AdmissionAnswer> AnswerAsync(AdmissionQuestion question, CancellationToken cancellationToken)
    {
        var answer = await inner.AnswerAsync(question, cancellationToken);
        return question.Resource == "pods" && (mutant == Mutant.EvictsUnasked || answer.Code == 403) ? AdmissionAnswer.Allowed : answer;
    }
}

using Holdfast.Platform;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Ledger;

namespace Holdfast.Simulator.Stewardship;

/// <summary>What Stewards work with besides the API server.</summary>
/// <param name="Ledger">The data system.</param>
/// <param name="Cuts">Which members they cannot reach.</param>
/// <param name="Webhooks">How they are asked.</param>
/// <param name="Chance">Chooses.</param>
/// <param name="Faults">Counts faults.</param>
internal sealed record StewardWorld(LedgerSystem Ledger, StewardCuts Cuts, StewardWebhooks Webhooks, SeededChance Chance, Tally Faults);

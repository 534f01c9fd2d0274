using System.Diagnostics;
using System.Globalization;
using Holdfast.Simulator.Checkers;
using Holdfast.Simulator.Options;

namespace Holdfast.Simulator.Running;

/// <summary>Runs seeds on several threads, each run on one of its own, prints them in the order of the seeds, and reports at the end.</summary>
/// <param name="line">What was asked.</param>
/// <param name="output">Where results go.</param>
/// <param name="progress">Where progress goes.</param>
public sealed class Campaign(CommandLine line, TextWriter output, TextWriter progress)
{
    private const int LinesBeforeTheEnd = 60;
    private const int MostFailuresTold = 20;
    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, SimulationResult> _waiting = [];
    private readonly Tally _faults = new();
    private readonly Tally _checks = new();
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private ulong _next = line.First;
    private ulong _told = line.First;
    private long _runs;
    private long _failed;
    private long _steps;
    private long _toldProgressAt;
    private TimeSpan _simulated;
    private bool _isExhausted;
    private volatile bool _isStopped;

    /// <summary>How long it has run.</summary>
    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Lets the runs that are under way end, and no further one begin.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Runs until the seeds or the time are used up, or it is stopped.</summary>
    /// <returns>0 when everything held, 1 when not.</returns>
    public int Run()
    {
        var threads = Enumerable.Range(0, line.Jobs).Select(index => new Thread(Work) { Name = $"seeds {index}", IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (line.For is not null || line.First != line.Last)
            Report();
        return _failed == 0 ? 0 : 1;
    }

    private void Work()
    {
        while (TryTake(out var seed))
            Done(seed, Simulation.Run(SimulationOptions.Draw(seed, line.Mutant, line.World)));
    }

    private bool TryTake(out ulong seed)
    {
        lock (_gate)
        {
            seed = _next;
            if (_isStopped || _isExhausted || (line.For is { } limit ? Elapsed >= limit : seed > line.Last))
                return false;
            _isExhausted = seed == ulong.MaxValue;
            _next++;
            return true;
        }
    }

    private void Done(ulong seed, SimulationResult result)
    {
        lock (_gate)
        {
            _waiting.Add(seed, result);
            while (_waiting.Remove(_told, out var next))
            {
                _told++;
                Tell(next);
            }
            if (line.For is not null && Stopwatch.GetElapsedTime(_toldProgressAt) >= BetweenProgress)
            {
                _toldProgressAt = Stopwatch.GetTimestamp();
                progress.WriteLine(Line());
            }
        }
    }

    private void Tell(SimulationResult result)
    {
        _runs++;
        _steps += result.Steps;
        _simulated += result.SimulatedTime;
        _faults.Add(result.Faults);
        _checks.Add(result.Checks);
        var seed = result.Options.Seed;
        if (line.For is null || result.Violation is not null)
            output.WriteLine(result.Summary);
        if (result.Violation is null && !line.TellsStory)
            return;
        _failed += result.Violation is null ? 0 : 1;
        _isStopped |= line.IsUntilFound && _failed > 0;
        if (_failed <= MostFailuresTold)
            TellStory(seed, result);
    }

    private void TellStory(ulong seed, SimulationResult result)
    {
        foreach (var told in result.Story.Skip(line.TellsStory ? 0 : Math.Max(0, result.Story.Count - LinesBeforeTheEnd)))
            output.WriteLine($"  {told}");
        if (result.Violation is not { } violation)
            return;
        output.WriteLine($"  {violation}");
        output.WriteLine($"  seed {seed}, {SourceVersion.Text}");
        output.WriteLine($"  options: {result.Options}");
        output.WriteLine($"  again: ./holdfast sim --seed {seed}{(line.Mutant == Mutant.None ? "" : $" --mutant {line.Mutant}")}{(line.World is { } world ? $" --world {world.ToString().ToLowerInvariant()}" : "")} --story");
    }

    private void Report()
    {
        output.WriteLine(Line());
        output.WriteLine($"faults injected: {Words(_faults)}");
        output.WriteLine($"invariants checked: {Words(_checks)}");
        output.WriteLine(SourceVersion.Text);
    }

    private string Line() => string.Create(CultureInfo.InvariantCulture,
        $"{_runs} seeds ({(_runs == 0 ? "none" : $"{line.First}..{unchecked(_told - 1)}")}), {_failed} failed, {_steps} steps, {_simulated.TotalHours:0.0} h simulated, {_faults.Total} faults, {_checks.Total} checks in {Elapsed.TotalSeconds:0} s, {_runs / Elapsed.TotalSeconds:0.0} seeds a second");

    private static string Words(Tally tally) => string.Join(", ", tally.Counts.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key} {each.Value}")));
}

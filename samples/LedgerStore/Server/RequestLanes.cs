namespace LedgerStore.Server;

/// <summary>Bounds the requests under way, and refuses those beyond with a reason: clients' by one bound, what operators ask of the cluster by another.
/// Probes, status, metrics and drains go by neither: they are answered however much clients ask.</summary>
/// <param name="mostOfClients">The most of clients' requests: entries, streams, checksums, backups.</param>
public sealed class RequestLanes(int mostOfClients)
{
    private const int MostChanges = 64;
    private const string Api = "/v1/";
    private static readonly string[] Changing = ["/v1/members", "/v1/leadership", "/v1/format"];
    private readonly Lane clients = new(mostOfClients);
    private readonly Lane changes = new(MostChanges);

    /// <summary>Lets requests through.</summary>
    public RequestDelegate Guard(RequestDelegate next) => context =>
        LaneOf(context.Request.Path.Value ?? "/") is { } lane ? lane.HandleAsync(context, next) : next(context);

    private Lane? LaneOf(string path) =>
        !path.StartsWith(Api, StringComparison.Ordinal) ? null
        : Array.Exists(Changing, prefix => path.StartsWith(prefix, StringComparison.Ordinal)) ? changes
        : clients;

    private sealed class Lane(int most)
    {
        private int underWay;

        public async Task HandleAsync(HttpContext context, RequestDelegate next)
        {
            try
            {
                await (Interlocked.Increment(ref underWay) > most ? context.AnswerAsync(LedgerError.Overloaded) : next(context));
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }
        }
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Holdfast.ApiServer.Errors;
using Holdfast.ApiServer.Registry;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Meta;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Http;

/// <summary>Answers requests in the form that was asked for.</summary>
internal sealed class Responder(ITableConverter? tables, TimeProvider time)
{
    private const string Json = "application/json";
    private const int CompressFrom = 128 * 1024;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether Tables can be made.</summary>
    public bool HasTables => tables is not null;

    public Task ObjectAsync(ApiRequest request, int code, IResource resource, WriteContext? context = null, ServedResource? served = null)
    {
        Warn(request.Http.Response, context);
        return request.Form switch
        {
            AcceptedForm.Table => BytesAsync(request, code, Table(request, resource.GetResourceType(), ColumnsOf(resource, served), MetadataOf(resource), [resource], true)),
            AcceptedForm.PartialMetadata => BytesAsync(request, code, ModelJson.ToBytes(writer => ObjectJson.WritePartial(writer, resource))),
            _ => BytesAsync(request, code, ObjectJson.Of(resource)),
        };
    }

    /// <summary>What a write has left, from the bytes that were stored if nothing else was asked for.</summary>
    public Task WrittenAsync(ApiRequest request, int code, WrittenObject written, WriteContext context, ServedResource? served = null)
    {
        if (request.Form != AcceptedForm.Object || written.Entry is null)
            return ObjectAsync(request, code, written.Object, context, served);
        Warn(request.Http.Response, context);
        return BytesAsync(request, code, written.Json);
    }

    public Task StoredAsync(ApiRequest request, ServedResource served, Store.Entry entry) => request.Form == AcceptedForm.Object
        ? BytesAsync(request, 200, StoredObject.Form(entry, served).Json)
        : ObjectAsync(request, 200, StoredObject.Of(entry, served), served: served);

    public static Task StatusAsync(ApiRequest request, Status status, WriteContext? context = null)
    {
        Warn(request.Http.Response, context);
        return BytesAsync(request, status.Code == 0 ? 200 : status.Code, ObjectJson.Of(status));
    }

    public async Task ListAsync(ApiRequest request, ServedResource served, ListPage page, CancellationToken answering)
    {
        switch (request.Form)
        {
            case AcceptedForm.Table:
                await BytesAsync(request, 200, Table(request, served.Type, served.Custom?.Kind, ObjectJson.Metadata(page), Objects(served, page), true));
                return;
            case AcceptedForm.PartialMetadata:
                await BytesAsync(request, 200, ModelJson.ToBytes(writer =>
                    ObjectJson.WritePartialList(writer, ObjectJson.Metadata(page), Objects(served, page))));
                return;
            case var _ when request.Media != AnswerMedia.Json || request.IsIndented:
                using (var whole = new MemoryStream())
                {
                    await ObjectJson.WriteListAsync(whole, served, page, answering);
                    await BytesAsync(request, 200, whole.ToArray());
                }
                return;
            default:
                await CompressedAsync(request, page.Entries.Sum(entry => (long)entry.Json.Length),
                    output => ObjectJson.WriteListAsync(output, served, page, answering));
                return;
        }
    }

    /// <summary>The object of a watch event in the form that was asked for.</summary>
    public ReadOnlyMemory<byte> EventObject(ApiRequest request, ServedResource served, ResourceEvent found, bool isFirst) =>
        request.Form switch
        {
            AcceptedForm.Table => Table(request, served.Type, served.Custom?.Kind, ListMeta.Empty with { ResourceVersion = found.ResourceVersion }, [found.Object(served)!], isFirst),
            AcceptedForm.PartialMetadata => Partial(found.Object(served)!),
            _ => found.Json,
        };

    // A method of its own: the closure would be made for every event, also where it is not called.
    private static byte[] Partial(IResource resource) => ModelJson.ToBytes(writer => ObjectJson.WritePartial(writer, resource));

    public static Task BytesAsync(ApiRequest request, int code, ReadOnlyMemory<byte> body, string contentType = Json)
    {
        request.Audit?.Answered(body);
        if (contentType == Json && request.Media != AnswerMedia.Json)
            (body, contentType) = (AnswerBody.Of(body, request.Media), AnswerBody.TypeOf(request.Media));
        else if (contentType == Json && request.IsIndented)
            body = AnswerBody.Indented(body);
        return WriteAsync(request, code, body, contentType);
    }

    private static Task WriteAsync(ApiRequest request, int code, ReadOnlyMemory<byte> body, string contentType)
    {
        var response = request.Http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        if (body.Length < CompressFrom)
        {
            // Other forms end where they end.
            ReadOnlySpan<byte> end = contentType is Json ? "\n"u8 : [];
            response.ContentLength = body.Length + end.Length;
            response.BodyWriter.Write(body.Span);
            response.BodyWriter.Write(end);
            return response.BodyWriter.FlushAsync(request.ClientGone).AsTask();
        }
        return CompressedAsync(request, body.Length, output => output.WriteAsync(body, request.ClientGone).AsTask(), contentType);
    }

    private static async Task CompressedAsync(ApiRequest request, long length, Func<Stream, Task> write, string contentType = Json)
    {
        var response = request.Http.Response;
        response.ContentType = contentType;
        var accepts = request.Http.Request.Headers.AcceptEncoding.ToString();
        if (length < CompressFrom || !accepts.Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            await write(response.Body);
            return;
        }
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await write(gzip);
    }

    /// <summary>Refuses what a Table is asked for that it cannot have, before anything is done.</summary>
    /// <exception cref="Client.ApiException">400: it asks for another thing of the objects than there is.</exception>
    public static void CheckTable(ApiRequest request)
    {
        if (request.Form == AcceptedForm.Table && request.Query.Text("includeObject") is var include and not ("" or "None" or "Metadata" or "Object"))
        {
            var problem = FieldError.Invalid(FieldPath.Root("includeObject"), include, "must be 'Metadata', 'Object', 'None', or empty");
            throw ApiErrors.BadRequest($"Unable to convert to Table as requested: {problem}");
        }
    }

    // What a sub-resource answers, such as a Scale, has columns of its own.
    private static CustomKind? ColumnsOf(IResource resource, ServedResource? served) =>
        served?.Custom is { } custom && resource.GetResourceType().Equals(served.Type) ? custom.Kind : null;

    private byte[] Table(ApiRequest request, ResourceType type, CustomKind? custom, ListMeta metadata, ImmutableArray<IResource> objects, bool hasColumns)
    {
        var include = request.Query.Text("includeObject") switch
        {
            "None" => TableInclude.None,
            "Object" => TableInclude.Object,
            _ => TableInclude.Metadata,
        };
        return ModelJson.ToBytes(writer =>
            tables!.Write(writer, new TableRequest(type, metadata, objects, include, hasColumns, time.GetUtcNow()) { Custom = custom }));
    }

    private static ImmutableArray<IResource> Objects(ServedResource served, ListPage page) =>
        [.. page.Entries.Select(entry => StoredObject.Of(entry, served))];

    private static ListMeta MetadataOf(IResource resource) => ListMeta.Empty with { ResourceVersion = resource.Metadata.ResourceVersion };

    internal static void Warn(HttpResponse response, WriteContext? context)
    {
        foreach (var warning in WarningTexts.Fitting(context?.Warnings ?? []))
            Warn(response, warning);
    }

    /// <summary>Warns the client of something.</summary>
    public static void Warn(HttpResponse response, string warning) => response.Headers.Append("Warning", $"299 - \"{Escape(warning)}\"");

    // As kube-apiserver writes it: a quoted text in UTF-8, with what only a quotation mark needs escaped. No header holds control characters or half a character.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                escaped.Append('\\');
            escaped.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar ? "?" : rune.ToString());
        }
        return escaped.ToString();
    }
}

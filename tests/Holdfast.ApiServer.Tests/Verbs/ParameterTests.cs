namespace Holdfast.ApiServer.Tests.Verbs;

/// <summary>How parameters of the query are read, and what is said of those that cannot be.</summary>
public sealed class ParameterTests(SharedServer shared)
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private const string Merge = "application/merge-patch+json";

    [Theory]
    [InlineData("", true)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("yes", true)]
    [InlineData("no", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    public async Task Anything_but_0_and_false_is_true(string value, bool isTrue)
    {
        // A list with it is refused only where it is read as a watch without its match.
        var (code, body) = await shared.Running.SendAsync("GET", $"{Maps}?watch={value}&sendInitialEvents=true");
        Assert.True(code == 422, $"{code} {body}");
        Assert.Equal(isTrue, !((string)body["message"]!).Contains("for list", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    [InlineData("-99999999999999999999", "strconv.ParseInt: parsing \"-99999999999999999999\": value out of range")]
    [InlineData("1e3", "strconv.ParseInt: parsing \"1e3\": invalid syntax")]
    [InlineData("-", "strconv.ParseInt: parsing \"-\": invalid syntax")]
    public async Task A_number_that_is_none_is_told_from_one_that_is_too_large(string value, string message)
    {
        var (code, body) = await shared.Running.SendAsync("GET", $"{Maps}?limit={value}");
        Assert.Equal((400, message), (code, (string)body["message"]!));
    }

    [Theory]
    [InlineData("a%01b", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\x01b\": invalid character U+0001 (at position 1)")]
    [InlineData("%C3%A9%C2%A0", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"\u00e9\\u00a0\": invalid character U+00A0 (at position 2)")]
    [InlineData("a%0A&dryRun=Some&fieldValidation=Odd&force=1", "PatchOptions.meta.k8s.io \"\" is invalid: [force: Forbidden: may not be specified for non-apply patch, fieldManager: Invalid value: \"a\\n\": invalid character U+000A (at position 1), dryRun: Unsupported value: [\"Some\"]: supported values: \"All\", fieldValidation: Unsupported value: \"Odd\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"]")]
    public async Task All_that_is_wrong_with_the_options_of_a_write_is_told_at_once(string manager, string message)
    {
        var (code, body) = await shared.Running.SendAsync("PATCH", $"{Maps}/none?fieldManager={manager}", "{}", Merge);
        Assert.Equal((422, message), (code, (string)body["message"]!));
    }

    [Fact]
    public async Task A_manager_may_have_128_bytes_and_not_one_more()
    {
        var longest = string.Concat(Enumerable.Repeat("%C3%A9", 64));
        Assert.Equal(404, (await shared.Running.SendAsync("PATCH", $"{Maps}/none?fieldManager={longest}", "{}", Merge)).Code);
        var (code, body) = await shared.Running.SendAsync("PATCH", $"{Maps}/none?fieldManager={longest}a", "{}", Merge);
        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes"), (code, (string)body["message"]!));
    }

    [Fact]
    public async Task A_book_of_fields_has_printable_managers_too()
    {
        var (code, body) = await shared.Running.SendAsync("POST", Maps + "?dryRun=All",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[{"manager":"a\u0001","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}},"time":"2026-01-01T00:00:00Z"}]}}""");
        Assert.Equal((422, "ConfigMap \"a\" is invalid: metadata.managedFields[0].manager: Invalid value: \"a\\x01\": invalid character U+0001 (at position 1)"), (code, (string)body["message"]!));
    }

    [Theory]
    [InlineData("2026-01-01", "parsing time \"2026-01-01\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\"")]
    [InlineData("2026-02-30T00:00:00Z", "parsing time \"2026-02-30T00:00:00Z\": day out of range")]
    public async Task The_time_from_which_a_log_is_read_has_a_clock_and_a_zone(string time, string message)
    {
        await shared.Running.SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""");
        await shared.Running.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"timed"},"spec":{"containers":[{"name":"c","image":"example/x:1"}]}}""");
        var (code, body) = await shared.Running.SendAsync("GET", "/api/v1/namespaces/default/pods/timed/log?sinceTime=" + time);
        Assert.Equal((400, message), (code, (string)body["message"]!));
    }
}

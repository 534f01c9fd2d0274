namespace Holdfast.Cel.Tests;

/// <summary>Kubernetes' libraries for the rules of custom resources, as its documentation and the Go packages behind it have them.</summary>
public sealed class LibraryTests
{
    [Theory]
    [InlineData("isQuantity('1.3Gi') && isQuantity('10000k') && isQuantity('1e3') && isQuantity('-5') && isQuantity('.5') && isQuantity('5E')")]
    [InlineData("!isQuantity('1,3G') && !isQuantity('200K') && !isQuantity('Mi') && !isQuantity('') && !isQuantity('1.5.5') && !isQuantity('1 ')")]
    [InlineData("quantity('200M') == quantity('0.2G') && quantity('1Ki') == quantity('1024') && quantity('1e3') == quantity('1k') && quantity('500m') == quantity('0.5')")]
    [InlineData("quantity('50M').isLessThan(quantity('50Mi')) && quantity('50Mi').isGreaterThan(quantity('50M')) && quantity('200M').compareTo(quantity('0.2G')) == 0")]
    [InlineData("quantity('50k').add(20) == quantity('50020') && quantity('50k').sub(quantity('20k')) == quantity('30k') && quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')")]
    [InlineData("quantity('50000000G').isInteger() && quantity('50k').asInteger() == 50000 && !quantity('0.5').isInteger() && !quantity('9999999999999999999999999999999999999G').isInteger()")]
    [InlineData("sign(quantity('50k')) == 1 && sign(quantity('-5')) == -1 && sign(quantity('0')) == 0 && quantity('50.703k').asApproximateFloat() == 50703.0")]
    [InlineData("quantity('1n').compareTo(quantity('0.1n')) == 0 && quantity('9e99') == quantity('9e99') && quantity('1e999999').isGreaterThan(quantity('1E'))")]
    public void Quantities(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("isURL('https://user:pass@example.com:80/path?query=val#fragment') && isURL('/absolute-path') && isURL('mailto:x')")]
    [InlineData("!isURL('https://a:b:c/') && !isURL('../relative-path') && !isURL('') && !isURL('https://a b/') && !isURL('https://x/%zz') && !isURL(':x') && !isURL('https://[::1/')")]
    [InlineData("url('https://example.com:80/').getHost() == 'example.com:80' && url('https://[::1]:80/').getHost() == '[::1]:80' && url('/path').getHost() == ''")]
    [InlineData("url('https://[::1]:80/').getHostname() == '::1' && url('https://example.com:80/').getHostname() == 'example.com' && url('https://[::1]/').getHostname() == '::1'")]
    [InlineData("url('HTTPS://example.com:80/').getScheme() == 'https' && url('/path').getScheme() == '' && url('https://example.com:80/').getPort() == '80' && url('https://[::1]/').getPort() == ''")]
    [InlineData("url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/' && url('https://example.com').getEscapedPath() == '' && url('https://x/a%2Fb').getEscapedPath() == '/a%2Fb'")]
    [InlineData("url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']} && url('https://example.com/path?').getQuery() == {} && url('https://x/?a%20b=c+d').getQuery()['a b'][0] == 'c d'")]
    [InlineData("url('https://x/a') == url('https://x/a') && url('https://x/a') != url('https://x/a#b') && url('https://x/a#b').getEscapedPath() == '/a'")]
    public void Urls(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("isIP('127.0.0.1') && isIP('::1') && isIP('2001:db8::1:2') && isIP('::') && isIP('64:ff9b::192.0.2.33')")]
    [InlineData("!isIP('127.0.0.256') && !isIP(':::1') && !isIP('01.2.3.4') && !isIP('1.2.3') && !isIP('fe80::1%eth0') && !isIP('::ffff:1.2.3.4') && !isIP('1:2:3:4:5:6:7:8:9') && !isIP('')")]
    [InlineData("ip.isCanonical('127.0.0.1') && ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && !ip.isCanonical('2001:db8::0:0:0:abcd') && ip.isCanonical('1:0:0:2::')")]
    [InlineData("ip('127.0.0.1').family() == 4 && ip('::1').family() == 6 && ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && !ip('::1').isUnspecified()")]
    [InlineData("ip('127.9.0.1').isLoopback() && ip('::1').isLoopback() && !ip('192.168.0.1').isLoopback() && ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()")]
    [InlineData("ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast() && !ip('fd80::1').isLinkLocalUnicast() && ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('ff00::1').isGlobalUnicast()")]
    [InlineData("string(ip('2001:DB8::0:1')) == '2001:db8::1' && string(cidr('10.0.0.0/8')) == '10.0.0.0/8' && type(ip('::1')) == net.IP && ip('::1') == ip('0:0:0:0:0:0:0:1')")]
    [InlineData("isCIDR('192.168.0.0/16') && isCIDR('::1/128') && isCIDR('0.0.0.0/0') && !isCIDR('192.168.0.0/33') && !isCIDR('::1/129') && !isCIDR('192.168.0.0') && !isCIDR('10.0.0.0/08')")]
    [InlineData("cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1') && !cidr('::/0').containsIP('1.2.3.4') && cidr('0.0.0.0/0').containsIP('1.2.3.4')")]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && !cidr('192.168.1.0/24').containsCIDR(cidr('192.168.2.0/24')) && !cidr('10.0.0.0/16').containsCIDR('10.0.0.0/8')")]
    [InlineData("cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24') && cidr('192.168.0.1/24') != cidr('192.168.0.0/24') && cidr('::1/128').prefixLength() == 128 && cidr('192.168.0.1/24').ip() == ip('192.168.0.1')")]
    public void Addresses(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('My').hasValue() && format.dns1123Label().validate('a.b').value() == ['must not contain dots']")]
    [InlineData("format.named('dns1123Subdomain').hasValue() && !format.named('unknown').hasValue() && !format.dns1123Subdomain().validate('a.b.c').hasValue() && format.dns1123Subdomain().validate('a..b').hasValue()")]
    [InlineData("!format.qualifiedName().validate('example.com/v1beta1').hasValue() && format.qualifiedName().validate('/x').value()[0] == 'prefix part must be non-empty' && !format.labelValue().validate('').hasValue()")]
    [InlineData("!format.dns1123LabelPrefix().validate('my-').hasValue() && format.dns1123Label().validate('my-').hasValue() && format.dns1035Label().validate('1a').hasValue() && !format.uri().validate('http://x').hasValue()")]
    [InlineData("!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.byte().validate('a').value() == ['invalid base64'] && !format.byte().validate('aGVsbG8=').hasValue()")]
    [InlineData("!format.date().validate('2021-02-28').hasValue() && format.date().validate('2021-02-30').hasValue() && !format.datetime().validate('2021-01-01T00:00:00Z').hasValue() && format.datetime().validate('2021').hasValue()")]
    public void Formats(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("isSemver('1.0.0') && isSemver('0.1.0-alpha.1+build.5') && !isSemver('v1.0') && !isSemver('hello') && !isSemver('1.01.0') && !isSemver('1.0.0-01') && !isSemver('1.0.0-')")]
    [InlineData("isSemver('v1.0', true) && semver('01.01.01', true) == semver('1.1.1') && semver('1', true).compareTo(semver('1.0.0')) == 0 && !isSemver('1.0-alpha', true)")]
    [InlineData("semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3 && semver('1.2.3').isLessThan(semver('2.0.0')) && semver('1.10.0').isGreaterThan(semver('1.9.9'))")]
    [InlineData("semver('1.0.0-alpha').isLessThan(semver('1.0.0-alpha.1')) && semver('1.0.0-2').isLessThan(semver('1.0.0-11')) && semver('1.0.0-11').isLessThan(semver('1.0.0-a')) && semver('1.0.0-rc').isLessThan(semver('1.0.0')) && semver('1.0.0+a') == semver('1.0.0+b')")]
    public void Versions(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("[1, 2, 3, 4].slice(1, 3) == [2, 3] && [[1], [2, 3], []].flatten() == [1, 2, 3] && [[[1]], [[2, 3]]].flatten(2) == [1, 2, 3]")]
    [InlineData("['b', 'b', 'c', 'a', 'c'].distinct() == ['b', 'c', 'a'] && lists.range(3) == [0, 1, 2] && [5, 3].reverse() == [3, 5] && [3, 1, 2].sort() == [1, 2, 3]")]
    [InlineData("self.ports.sortBy(p, -p.port).map(p, p.port) == [90, 80] && ['bb', 'a'].sortBy(s, s.size())[0] == 'a' && [1, 2].first().value() == 1 && [1, 2].last() == optional.of(2) && ![].first().hasValue()")]
    [InlineData("[1, 2, 3].all(i, v, i < v) && self.labels.exists(k, v, k == 'app' && v == 'ledger') && [1, 1, 2].existsOne(i, v, i == 0 && v == 1)")]
    [InlineData("[1, 2, 3].transformList(i, v, i * v + v) == [1, 4, 9] && [1, 2, 3].transformList(i, v, i % 2 == 0, v) == [1, 3] && {'a': 1}.transformList(k, v, k + string(v)) == ['a1']")]
    [InlineData("[1, 2].transformMap(i, v, v * 2) == {0: 2, 1: 4} && {'a': 1, 'b': 2}.transformMap(k, v, v > 1, v) == {'b': 2} && {'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'}")]
    [InlineData("[?self.?name, ?self.?missing] == ['ledger'] && {?'a': self.?name, ?'b': self.?missing} == {'a': 'ledger'} && [optional.of(1), optional.none()].unwrapOpt() == [1]")]
    [InlineData("type(self.since) == google.protobuf.Timestamp && type(duration('1s')) == google.protobuf.Duration")]
    public void Lists_macros_of_two_variables_and_elements_that_may_be_missing(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("quantity('Three')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("quantity('200K')", "unable to parse quantity's suffix")]
    [InlineData("quantity('0.5').asInteger()", "cannot convert value to integer")]
    [InlineData("url('../x')", "URL parse error during conversion from string: parse \"../x\": invalid URI for request")]
    [InlineData("url('https://a:b/')", "URL parse error during conversion from string: parse \"https://a:b/\": invalid port \":b\" after host")]
    [InlineData("ip('127.0.0.256')", "IP Address \"127.0.0.256\" parse error during conversion from string: ParseAddr(\"127.0.0.256\"): IPv4 field has value >255")]
    [InlineData("ip('::ffff:1.2.3.4')", "IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed")]
    [InlineData("cidr('10.0.0.0')", "network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(\"10.0.0.0\"): no '/'")]
    [InlineData("cidr('10.0.0.0/8').containsIP('x')", "IP Address \"x\" parse error during conversion from string: ParseAddr(\"x\"): unable to parse IP")]
    [InlineData("semver('1.0')", "No Major.Minor.Patch elements found")]
    [InlineData("[1].slice(0, 2)", "cannot slice(0, 2), list is length 1")]
    [InlineData("[[1]].flatten(-1)", "level must be non-negative")]
    [InlineData("{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})", "insert failed: key 1 already exists")]
    [InlineData("[x.one, x.text].sort()", "list elements must have the same type")]
    public void What_cannot_be_read_says_why(string text, string message) =>
        Assert.Equal(new CelError(message, CelErrorKind.Evaluation), Expressions.Evaluate(text));

    [Theory]
    [InlineData("self.tags == ['c', 'a', 'b'] && self.tags != ['a', 'b'] && self.tags + ['d', 'a'] == ['a', 'b', 'c', 'd'] && (self.tags + ['a']).size() == 3")]
    [InlineData("self.items == [{'k': 'y', 'v': '2'}, {'k': 'x', 'v': '1'}] && (self.items + [{'k': 'y', 'v': '9'}]).map(i, i.v) == ['1', '9']")]
    [InlineData("self.plain != ['b', 'a'] && self.plain + ['a'] == ['a', 'b', 'a']")]
    public void Sets_and_lists_that_are_maps_have_no_order(string text)
    {
        var self = CelType.Object("ruled",
        [
            new("tags", "tags", CelType.List(CelType.String).Ruled(CelListRule.Set)),
            new("plain", "plain", CelType.List(CelType.String)),
            new("items", "items", CelType.List(CelType.Dyn).Ruled(new CelListRule(["k"]))),
        ]);
        var data = CelValue.FromJson(System.Text.Json.JsonDocument.Parse("""
            {"tags": ["a", "b", "c"], "plain": ["a", "b"], "items": [{"k": "x", "v": "1"}, {"k": "y", "v": "2"}]}
            """).RootElement, self);
        Assert.True(CelProgram.TryCompile(text, CelEnvironment.Standard.With("self", self), out var program, out var issues), issues?.ToString());
        Assert.Equal(CelBool.True, program.Evaluate(CelActivation.Empty.With("self", data), new CelCost()));
    }
}

import {expect, test} from 'vitest';
import {concatBytes, decodeText, encodeText} from '../../source/base/bytes.js';
import {
	encodeChunk, encodeRequest, encodeResponse, headerOf, keepsAlive, lastChunk, requestParser, responseParser, upgradeOf,
	type HttpEvent,
} from '../../source/base/http.js';

function shown<H>(events: ReadonlyArray<HttpEvent<H>>): unknown[] {
	return events.map(event => event.kind === 'body' ? decodeText(event.bytes) : (event.kind === 'head' ? event.head : event));
}

test('a request with a body is read whole or byte by byte, and what follows is left alone', () => {
	const text = 'POST /v1.50/containers/create?name=web HTTP/1.1\r\nHost: docker\r\nX-Odd-Case: 1\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n';
	const parser = requestParser();
	expect(shown(parser.push(encodeText(text)))).toEqual([
		{
			method: 'POST', target: '/v1.50/containers/create?name=web', version: '1.1',
			headers: [['Host', 'docker'], ['X-Odd-Case', '1'], ['Content-Length', '5']],
		},
		'hello',
		{kind: 'end'},
	]);
	expect(decodeText(parser.rest)).toBe('GET / HTTP/1.1\r\n\r\n');

	const slow = requestParser();
	const events = [...encodeText(text).subarray(0, -18)].flatMap(byte => slow.push(Uint8Array.of(byte)));
	expect(events.map(event => event.kind)).toEqual(['head', 'body', 'body', 'body', 'body', 'body', 'end']);
});

test('a chunked body loses its framing; extensions and trailers are ignored', () => {
	const parser = requestParser();
	const events = parser.push(encodeText('POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=1\r\nwiki\r\n6\r\npedia!\r\n0\r\nT: 1\r\n\r\n!'));
	expect(shown(events).slice(1)).toEqual(['wiki', 'pedia!', {kind: 'end'}]);
	expect(decodeText(parser.rest)).toBe('!');
});

test('a response without framing lasts until the connection closes', () => {
	const parser = responseParser('GET');
	expect(shown(parser.push(encodeText('HTTP/1.0 200 OK\r\nServer: x\r\n\r\nabc')))).toEqual([
		{version: '1.0', status: 200, reason: 'OK', headers: [['Server', 'x']]}, 'abc',
	]);
	expect(parser.finish()).toEqual([{kind: 'end'}]);
});

test('HEAD, 204, 304 and 101 have no body, whatever their headers say', () => {
	expect(responseParser('HEAD').push(encodeText('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n')).map(event => event.kind)).toEqual(['head', 'end']);
	const upgrade = responseParser('POST');
	const [head] = upgrade.push(encodeText('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw'));
	expect(head!.kind === 'head' && upgradeOf(head!.head.headers)).toBe('tcp');
	expect(upgrade.done && decodeText(upgrade.rest)).toBe('raw');
});

test('100 Continue is followed by the answer itself', () => {
	const parser = responseParser('PUT');
	const events = parser.push(encodeText('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n'));
	expect(events.map(event => event.kind === 'head' ? event.head.status : event.kind)).toEqual([201, 'end']);
});

test.each([
	['hello\r\n\r\n', 400, 'malformed request line'],
	['GET / HTTP/2.0\r\n\r\n', 505, 'unsupported protocol version'],
	['GET / HTTP/1.1\r\nbad header: 1\r\n\r\n', 400, 'malformed header field'],
	['GET / HTTP/1.1\r\n folded: 1\r\n\r\n', 400, 'malformed header field'],
	['POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 400, 'invalid Content-Length'],
	['POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'invalid Content-Length'],
	['POST / HTTP/1.1\r\nContent-Length: 200\r\n\r\n', 413, 'body is longer than 100 bytes'],
	['POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n', 501, 'unsupported transfer encoding'],
	['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400, 'invalid chunk size'],
	[`GET /${'a'.repeat(300)} HTTP/1.1\r\n\r\n`, 431, 'header fields are longer than 200 bytes'],
])('%j is refused', (text, status, message) => {
	const events = requestParser({headBytes: 200, bodyBytes: 100}).push(encodeText(text));
	expect(events.at(-1)).toEqual({kind: 'error', status, message});
});

test('a connection that closes in the middle is an error', () => {
	const parser = requestParser();
	parser.push(encodeText('GET / HT'));
	expect(parser.finish()).toEqual([{kind: 'error', status: 400, message: 'unexpected end of message'}]);
	expect(parser.finish()).toEqual([]);
});

test('messages are written with the framing that their bodies need', () => {
	expect(decodeText(encodeRequest({method: 'GET', target: '/', headers: [['Host', 'a']], body: new Uint8Array(0)}))).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
	expect(decodeText(encodeResponse({status: 404, headers: [], body: encodeText('no\n')}))).toBe('HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n');
	expect(decodeText(encodeResponse({status: 204, headers: [], body: encodeText('')}))).toBe('HTTP/1.1 204 No Content\r\n\r\n');
	expect(decodeText(concatBytes([encodeChunk(encodeText('sixteen letters!')), encodeChunk(new Uint8Array(0)), lastChunk]))).toBe('10\r\nsixteen letters!\r\n0\r\n\r\n');
});

test('connections are kept by default in 1.1 and on demand in 1.0', () => {
	expect(keepsAlive({version: '1.1', headers: []})).toBe(true);
	expect(keepsAlive({version: '1.1', headers: [['connection', 'Close']]})).toBe(false);
	expect(keepsAlive({version: '1.0', headers: []})).toBe(false);
	expect(headerOf([['CONTENT-type', 'a']], 'Content-Type')).toBe('a');
});

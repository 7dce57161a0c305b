// Clients outside the world: what they do with their connections to the engine are actions like all others.

import {expect, test} from 'vitest';
import {concatBytes, decodeText, encodeText} from '../../source/base/bytes.js';
import {nowNs} from '../../source/base/clock.js';
import {reader} from '../../source/base/transaction.js';
import type {WorldSchema} from '../../source/model/world/schema.js';
import type {Action} from '../../source/session/action.js';
import {apply, startSession} from '../../source/session/apply.js';
import {clientOf, sendingOf} from '../../source/session/clients.js';
import type {Applied, Origin, Session} from '../../source/session/session.js';

const origin: Origin = {lab: undefined, scenario: 'default', seed: 7, learner: 'ann', interactive: false, columns: 80, rows: 24};

/** Does the actions one after the other; a text is a command line. */
function play(session: Session, ...actions: ReadonlyArray<Action | string>): Applied {
	let applied: Applied | undefined;
	for (const action of actions) {
		applied = apply(applied?.session ?? session, typeof action === 'string' ? {type: 'line', text: action} : action);
		expect(applied.broken).toBeUndefined();
	}

	return applied!;
}

const connect = (connection: number): Action => ({type: 'client', connection, does: 'connect'});
const send = (connection: number, text: string): Action => sendingOf(connection, encodeText(text));
const get = (connection: number, path: string): Action => send(connection, `GET ${path} HTTP/1.1\r\nHost: docker\r\n\r\n`);

/** What came on a connection; `<end>` where the engine closed it. */
function heard({replies}: Applied, connection: number): string {
	return replies.filter(reply => reply.connection === connection).map(({bytes, isEnd}) => decodeText(bytes) + (isEnd ? '<end>' : '')).join('');
}

function bodyOf(answer: string): string {
	return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

test('a client asks and the engine answers, at no virtual time but the engine\'s own', () => {
	const {session} = play(startSession(origin).session, connect(1));
	const answer = play(session, get(1, '/_ping'));
	expect(heard(answer, 1)).toMatch(/^HTTP\/1\.1 200 OK\r\nApi-Version: 1\.51\r\nBuilder-Version: 2\r\n(?:.+\r\n)+\r\nOK$/v);
	expect(answer.elapsedNs).toBeLessThan(5e6);
	expect(answer.output).toEqual([]);
});

test('a request may come in pieces, two in one, and the connection is kept', () => {
	const {session} = play(startSession(origin).session, connect(1), send(1, 'GET /_pi'), send(1, 'ng HTTP/1.1\r\nHost: d'));
	const two = play(session, send(1, 'ocker\r\n\r\nGET /v1.51/containers/json HTTP/1.1\r\nHost: docker\r\n\r\n'));
	expect(heard(two, 1).match(/HTTP\/1\.1 200 OK/gv)).toHaveLength(2);
	expect(heard(two, 1).endsWith('\r\n\r\n[]\n')).toBe(true);
	expect(bodyOf(heard(play(two.session, get(1, '/volumes')), 1))).toBe('{"Volumes":[],"Warnings":null}\n');
});

test('what the shell does and what a client sees is one world', () => {
	const {session} = play(startSession(origin).session, 'docker pull -q busybox', 'docker run -d --name c1 busybox sleep 1000', connect(1));
	expect(bodyOf(heard(play(session, get(1, '/containers/json')), 1))).toMatch(/^\[\{"Id":"[\da-f]{64}","Names":\["\/c1"\],"Image":"busybox"/v);
	const removed = play(session, send(1, 'DELETE /containers/c1?force=1 HTTP/1.1\r\nHost: docker\r\n\r\n'));
	expect(heard(removed, 1)).toMatch(/^HTTP\/1\.1 204 No Content\r\n/v);
	expect(decodeText(concatBytes(play(removed.session, 'docker ps -aq; echo none').output.map(({bytes}) => bytes)))).toBe('none\n');
});

test('an answer that lasts goes on as time advances, and a client that leaves ends it', () => {
	const {session} = play(startSession(origin).session, 'docker pull -q busybox', 'docker run -d --name c1 busybox sh -c "while sleep 1; do echo tick; done"', connect(1));
	const asked = play(session, get(1, '/containers/c1/logs?follow=1&stdout=1'));
	expect(heard(asked, 1)).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\n$/v);
	const later = play(asked.session, {type: 'advance', ns: 2.5e9});
	expect(heard(later, 1).match(/tick/gv)).toHaveLength(2);
	const left = play(later.session, {type: 'client', connection: 1, does: 'leave'});
	expect(clientOf(left.session, 1)).toBeUndefined();
	expect(heard(play(left.session, {type: 'advance', ns: 5e9}), 1)).toBe('');
});

test('a client that stops reading holds the engine up and loses nothing', () => {
	const {session} = play(startSession(origin).session, 'docker pull -q busybox', 'docker run --name c1 busybox seq 1 20000 > /dev/null', connect(1), {type: 'client', connection: 1, does: 'stop-reading'});
	const asked = play(session, get(1, '/containers/c1/logs?stdout=1'), {type: 'advance', ns: 1e9});
	expect(asked.replies).toEqual([]);
	const parts: string[] = [];
	let applied = play(asked.session, {type: 'client', connection: 1, does: 'read-on'});
	for (let turns = 0; turns < 10; turns++) {
		parts.push(heard(applied, 1));
		applied = play(applied.session, {type: 'advance', ns: 1e8});
	}

	const lines = parts.join('').match(/\d+(?=\n)/gv)!;
	expect([lines.length, lines.at(-1)]).toEqual([20_000, '20000']);
});

test('half a close: the engine sees the end of what the client sends and still answers', () => {
	const {session} = play(startSession(origin).session, connect(1), send(1, 'GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n'));
	expect(heard(play(session, {type: 'client', connection: 1, does: 'half-close'}), 1)).toBe('<end>');
	const whole = play(startSession(origin).session, connect(1), send(1, 'POST /containers/create HTTP/1.1\r\nHost: docker\r\nContent-Length: 1000\r\n\r\n{'), {type: 'client', connection: 1, does: 'half-close'});
	expect(heard(whole, 1)).toBe('<end>');
});

test('undo takes back a connection with all that it brought about; replaying gives the same bytes', () => {
	const create = '{"Image":"busybox","Cmd":["true"]}';
	const {session: before} = play(startSession(origin).session, 'docker pull -q busybox');
	const created = play(before, connect(1), send(1, `POST /containers/create?name=c1 HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: ${create.length}\r\n\r\n${create}`));
	expect(bodyOf(heard(created, 1))).toMatch(/^\{"Id":"[\da-f]{64}","Warnings":\[\]\}\n$/v);
	const undone = play(created.session, {type: 'undo'});
	expect(undone.session.world).toBe(before.world);
	expect(clientOf(undone.session, 1)).toBeUndefined();
	expect(apply(undone.session, get(1, '/_ping')).broken).toBe('virtlab: connection 1 is not open');
	const redone = play(undone.session, {type: 'redo'});
	expect(redone.session.world).toBe(created.session.world);
	const again = created.session.history.reduce((session, {action}) => play(session, action).session, startSession(origin).session);
	expect(again.history.map(({replies}) => replies)).toEqual(created.session.history.map(({replies}) => replies));
});

test('nobody listens: the connection ends at once', () => {
	const {session} = play(startSession(origin).session, 'sudo kill $(pidof dockerd)');
	expect(heard(play(session, connect(1)), 1)).toBe('<end>');
});

test('the session knows when something will happen by itself', () => {
	const {session} = play(startSession(origin).session, 'docker pull -q busybox', connect(1));
	expect(session.dueNs).toBeUndefined();
	const sleeping = play(session, 'docker run -d busybox sleep 100').session;
	const now = nowNs(reader<WorldSchema>(sleeping.world));
	expect(sleeping.dueNs! - now).toBeGreaterThan(99e9);
	expect(sleeping.dueNs! - now).toBeLessThan(100e9);
	expect(play(sleeping, 'docker run -d busybox sh -c "while :; do :; done"').session.dueNs).toBeLessThanOrEqual(now + 1e9);
});

test.each([
	['bytes that are no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n[^]*malformed request line<end>$/v],
	['a head without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(60_000)}`, /^$/v],
	['a body of a gigabyte, announced', 'POST /build HTTP/1.1\r\nHost: docker\r\nContent-Length: 1073741824\r\n\r\n', /^HTTP\/1\.1 413 [^]*<end>$/v],
	['lengths that disagree', 'POST /build HTTP/1.1\r\nHost: docker\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /^HTTP\/1\.1 400 [^]*<end>$/v],
	['a chunk that lies', 'POST /build HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /^HTTP\/1\.1 400 [^]*<end>$/v],
	['a version to come', 'GET /_ping HTTP/2.0\r\n\r\n', /^HTTP\/1\.1 505 [^]*<end>$/v],
])('%s changes nothing, and the engine lives', (_name, text, answer) => {
	const {session} = play(startSession(origin).session, connect(1), connect(2));
	const hostile = play(session, send(1, text));
	expect(heard(hostile, 1)).toMatch(answer);
	expect(bodyOf(heard(play(hostile.session, get(2, '/containers/json?all=1')), 2))).toBe('[]\n');
});

test('what cannot be done is refused, and the session is what it was', () => {
	const {session} = play(startSession(origin).session, connect(1));
	const refusal = (action: Action) => {
		const {broken, session: after} = apply(session, action);
		expect(after).toBe(session);
		return broken;
	};
	expect(refusal(connect(1))).toBe('virtlab: connection 1 is open');
	expect(refusal(connect(0))).toBe('virtlab: connections are numbered from 1');
	expect(refusal(get(2, '/_ping'))).toBe('virtlab: connection 2 is not open');
	expect(refusal({type: 'client-bytes', connection: 1, encoding: 'base64', data: '***'})).toBe('virtlab: the bytes of a client are not base64');
	expect(refusal(send(1, 'x'.repeat(65_537)))).toBe('virtlab: a client sends no more than 65536 bytes in one action');
	const many = play(session, ...Array.from({length: 63}, (_, index) => connect(index + 2))).session;
	expect(apply(many, connect(65)).broken).toBe('virtlab: no more than 64 connections at a time');
});

import {mkdtempSync, readFileSync, truncateSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import type {Action} from '../../source/session/action.js';
import type {Origin, Output} from '../../source/session/session.js';
import {encodeHappening, encodeHeader, headerOf, type Happening} from '../../source/transcript/encode.js';
import {outputDigest} from '../../source/transcript/format.js';
import {readTranscript, type Transcript} from '../../source/transcript/read.js';
import {originOf} from '../../source/transcript/replay.js';
import {TranscriptWriter} from '../../source/transcript/write.js';

const origin: Origin = {lab: undefined, scenario: 'default', seed: 7, learner: 'li.lei', interactive: false, columns: 80, rows: 24};
const header = headerOf(origin, {timestampSeconds: 1_790_000_000, terminalType: 'xterm-256color'});

function stdout(text: string): readonly Output[] {
	return [{stream: 'stdout', bytes: encodeText(text)}];
}

function typed(text: string, shown: string): Happening {
	return {action: {type: 'line', text}, output: stdout(shown), seconds: 1.5};
}

const happenings: readonly Happening[] = [
	{action: undefined, output: [], seconds: 0},
	typed('echo 你好', '你好\n'),
	{action: {type: 'advance', ns: 5_000_000_000}, output: [], seconds: 0.25},
	typed('printf "\\033[31mred"', '\u001B[31mred'),
];

function encode(all: readonly Happening[]): string {
	let {lines, seal} = encodeHeader(header);
	for (const happening of all) {
		const encoded = encodeHappening(happening, seal);
		lines = [...lines, ...encoded.lines];
		seal = encoded.seal;
	}

	return `${lines.join('\n')}\n`;
}

function read(text: string): Transcript {
	const transcript = readTranscript(encodeText(text));
	if ('refused' in transcript) {
		throw new Error(JSON.stringify(transcript.refused));
	}

	return transcript;
}

function refusalOf(text: string): string {
	const transcript = readTranscript(encodeText(text));
	return 'refused' in transcript ? `${transcript.refused.line}: ${transcript.refused.message}` : 'accepted';
}

const whole = encode(happenings);

test('a transcript is an asciicast: a header, then events of a time, a code and a text', () => {
	const lines = whole.trimEnd().split('\n').map(line => JSON.parse(line) as unknown);
	expect(lines[0]).toMatchObject({version: 3, term: {cols: 80, rows: 24, type: 'xterm-256color'}, timestamp: 1_790_000_000, virtlab: {format: 1, seed: 7}});
	expect(lines.slice(1).map(line => (line as readonly unknown[]).map((item, index) => index === 2 ? typeof item : item))).toEqual([
		[0, 'A', 'string'],
		[1.5, 'i', 'string'],
		[0, 'o', 'string'],
		[0, 'A', 'string'],
		[0.25, 'A', 'string'],
		[1.5, 'i', 'string'],
		[0, 'o', 'string'],
		[0, 'A', 'string'],
	]);
	expect(lines[3]).toEqual([0, 'o', '你好\r\n']);
});

test('what was written is read', () => {
	const transcript = read(whole);
	expect(transcript.header).toEqual(header);
	expect(transcript.records.map(record => record.action)).toEqual(happenings.slice(1).map(happening => happening.action));
	expect(transcript.records.map(record => record.output)).toEqual(happenings.slice(1).map(happening => outputDigest(happening.output)));
	expect(transcript.records.map(record => [record.line, record.atSeconds])).toEqual([[5, 1.5], [6, 1.75], [9, 3.25]]);
	expect(transcript.cutOff).toBeUndefined();
});

test('every changed byte is refused, or was never inside a whole record', () => {
	const bytes = encodeText(whole);
	for (let at = 0; at < bytes.length; at++) {
		const changed = bytes.slice();
		changed[at]! ^= 1;
		const result = readTranscript(changed);
		expect('refused' in result || result.cutOff !== undefined, `byte ${at}`).toBe(true);
	}
});

test('a refusal names the line and why', () => {
	expect(refusalOf(whole.replace('你好\\r', '你们\\r'))).toBe('5: the seal does not fit: lines 3 to 5 were changed after being written, or a record before is missing');
	expect(refusalOf(whole.replace('[0.250', '[0.125'))).toBe('6: the seal does not fit: line 6 was changed after being written, or a record before is missing');
	expect(refusalOf(whole.split('\n').filter((_, index) => index !== 5).join('\n'))).toMatch(/^8: the seal does not fit/v);
	expect(refusalOf(whole.replace('"o"', 'o'))).toBe('4: not an event: a line must be [seconds, code, text]');
	expect(refusalOf(whole.replace('"seed":7', '"seed":8'))).toMatch(/^2: the seal does not fit/v);
});

test('other files and other versions are told apart', () => {
	expect(refusalOf('')).toBe('1: the file is empty');
	expect(refusalOf('hello\n')).toBe('1: not a transcript: the first line is not the header of an asciicast');
	expect(refusalOf('{"version":2,"width":80}\n')).toBe('1: asciicast version 2; virtlab writes and reads version 3');
	expect(refusalOf('{"version":3,"term":{"cols":80,"rows":24}}\n')).toBe('1: an asciicast, but not one of virtlab');
	expect(refusalOf(whole.replace('"format":1', '"format":2'))).toBe('1: transcript format 2; this virtlab reads format 1');
	expect(refusalOf(whole.replace('"seed":7', '"seed":7,"__proto__":{"x":1}'))).toMatch(/^1: the header is not one of this version/v);
});

test('a record that was cut off is reported and the rest is kept', () => {
	for (let length = encode(happenings.slice(0, 3)).length + 1; length < whole.length; length++) {
		const {records, cutOff} = read(whole.slice(0, length));
		expect(records.length).toBe(2);
		expect(cutOff).toEqual({line: 7, message: 'the last record is cut off; what is before it is kept'});
	}
});

test('the file is on the disk after every action, and goes on after a cut', () => {
	const path = join(mkdtempSync(join(tmpdir(), 'virtlab-')), 'session.cast');
	const writer = TranscriptWriter.create(path, header, []);
	for (const [index, happening] of happenings.slice(1).entries()) {
		writer.append(happening);
		expect(read(readFileSync(path, 'utf8')).records.length).toBe(index + 1);
	}

	writer.close();
	expect(readFileSync(path, 'utf8')).toBe(whole);
	expect(() => TranscriptWriter.create(path, header, [])).toThrow('EEXIST');

	truncateSync(path, Buffer.byteLength(whole) - 5);
	const resumed = TranscriptWriter.resume(path, read(readFileSync(path, 'utf8')));
	resumed.append(happenings[3]!);
	resumed.close();
	expect(readFileSync(path, 'utf8')).toBe(whole);
});

test('ten megabytes of output and bytes that are no text are kept', () => {
	const big = encode([happenings[0]!, typed('yes', 'y\n'.repeat(5_000_000)), {action: {type: 'interrupt'}, output: [{stream: 'terminal', bytes: Uint8Array.of(0xff, 0, 0x80)}], seconds: 0}]);
	const {records} = read(big);
	expect(records.map(record => record.action.type)).toEqual(['line', 'interrupt']);
	const shown = big.split('\n').slice(1).filter(line => line.includes('"o"')).map(line => (JSON.parse(line) as [number, string, string])[2]).join('');
	expect(shown.length).toBe(15_000_003);
});

test('the digest of output does not depend on how it was cut, but on its stream', () => {
	expect(outputDigest([...stdout('a'), ...stdout('b')])).toBe(outputDigest(stdout('ab')));
	expect(outputDigest(stdout('ab'))).not.toBe(outputDigest([{stream: 'stderr', bytes: encodeText('ab')}]));
});

test('a million levels of nesting and a line without end are refused', () => {
	expect(refusalOf(`${whole}${'['.repeat(1_000_000)}\n`)).toMatch(/^10: not an event/v);
	expect(refusalOf(`${whole}[0,"o","${'x'.repeat(2_000_000)}"]\n`)).toMatch(/^10: not an event/v);
});

test('an action of an unknown kind is refused', () => {
	const stranger = encode([happenings[0]!, {action: {type: 'format-disk'} as unknown as Action, output: [], seconds: 0}]);
	expect(refusalOf(stranger)).toMatch(/^3: not a record of this version: action/v);
});

test('when a world began is read as it was written', () => {
	const lines = encodeHeader(headerOf({...origin, epochSeconds: 1_800_000_000}, {timestampSeconds: 0, terminalType: undefined})).lines;
	expect(originOf(read(`${lines.join('\n')}\n`).header, undefined)).toEqual({...origin, epochSeconds: 1_800_000_000});
	expect(originOf(read(whole).header, undefined)).toEqual(origin);
});

test('every kind of action is read as it was written', () => {
	const one = {
		line: {type: 'line', text: 'sleep 100', waitNs: 5}, interrupt: {type: 'interrupt'}, 'end-of-input': {type: 'end-of-input'}, suspend: {type: 'suspend'}, advance: {type: 'advance', ns: 5, steps: 20},
		client: {type: 'client', connection: 1, does: 'half-close'}, 'client-bytes': {type: 'client-bytes', connection: 1, encoding: 'base64', data: '/w=='},
		resize: {type: 'resize', columns: 100, rows: 30}, answer: {type: 'answer', step: 'count', text: '七'}, hint: {type: 'hint', step: 'count'}, undo: {type: 'undo'}, redo: {type: 'redo'},
	} satisfies {readonly [Type in Action['type']]: Extract<Action, {readonly type: Type}>};
	const actions = Object.values<Action>(one);
	expect(read(encode([happenings[0]!, ...actions.map(action => ({action, output: [], seconds: 0}))])).records.map(record => record.action)).toEqual(actions);
});

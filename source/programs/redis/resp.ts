// RESP, version 2: how Redis clients and servers talk. Source: redis.io "Redis serialization protocol specification".
//
//     +OK  simple string     -ERR ...  error     :3  integer     $2 hi  bulk string     $-1  nil     *2 ...  array

import {concatBytes, decodeText, encodeText} from '../../base/bytes.js';

export type Reply =
	| {readonly kind: 'simple' | 'error' | 'bulk'; readonly text: string}
	| {readonly kind: 'integer'; readonly value: number}
	| {readonly kind: 'nil'}
	| {readonly kind: 'array'; readonly items: readonly Reply[]};

export const ok: Reply = {kind: 'simple', text: 'OK'};
export const nil: Reply = {kind: 'nil'};
export const integer = (value: number): Reply => ({kind: 'integer', value});
export const bulk = (text: string): Reply => ({kind: 'bulk', text});
export const fail = (text: string): Reply => ({kind: 'error', text});

export function encodeReply(reply: Reply): Uint8Array {
	switch (reply.kind) {
		case 'simple': return encodeText(`+${reply.text}\r\n`);
		case 'error': return encodeText(`-${reply.text}\r\n`);
		case 'integer': return encodeText(`:${reply.value}\r\n`);
		case 'nil': return encodeText('$-1\r\n');
		case 'bulk': {
			const bytes = encodeText(reply.text);
			return concatBytes([encodeText(`$${bytes.length}\r\n`), bytes, encodeText('\r\n')]);
		}

		case 'array': return concatBytes([encodeText(`*${reply.items.length}\r\n`), ...reply.items.map(encodeReply)]);
		default: return reply satisfies never;
	}
}

export function encodeCommand(words: readonly string[]): Uint8Array {
	return encodeReply({kind: 'array', items: words.map(bulk)});
}

const maxItems = 1024 * 1024;
const maxBulkBytes = 512 * 1024 * 1024;

type Parsed = {readonly reply: Reply; readonly end: number};

/** Collects bytes and gives out complete messages. Inline commands (`PING` and a newline) count as arrays. */
export class RespReader {
	#bytes: Uint8Array = new Uint8Array(0);

	push(bytes: Uint8Array): void {
		this.#bytes = this.#bytes.length === 0 ? bytes : concatBytes([this.#bytes, bytes]);
	}

	/** The next message; undefined if it has not come whole; an error text if it is none. */
	next(): Reply | {readonly protocolError: string} | undefined {
		while (this.#bytes[0] === 0x0d || this.#bytes[0] === 0x0a) {
			this.#bytes = this.#bytes.subarray(1);
		}

		const parsed = parse(this.#bytes, 0);
		if (parsed === undefined || 'protocolError' in parsed) {
			return parsed;
		}

		this.#bytes = this.#bytes.subarray(parsed.end);
		return parsed.reply;
	}
}

function parse(bytes: Uint8Array, from: number): Parsed | {readonly protocolError: string} | undefined {
	const newline = bytes.indexOf(0x0a, from);
	if (newline === -1) {
		return bytes.length - from > 64 * 1024 ? {protocolError: 'too big inline request'} : undefined;
	}

	const line = decodeText(bytes.subarray(from, newline)).replace(/\r$/v, '');
	const rest = line.slice(1);
	const end = newline + 1;
	switch (line[0]) {
		case '+': return {reply: {kind: 'simple', text: rest}, end};
		case '-': return {reply: fail(rest), end};
		case ':': return {reply: integer(Number(rest)), end};
		case '$': return parseBulk(bytes, end, Number(rest));
		case '*': return parseArray(bytes, end, Number(rest));
		default: return {reply: {kind: 'array', items: line.split(/\s+/v).filter(word => word !== '').map(bulk)}, end};
	}
}

function parseBulk(bytes: Uint8Array, from: number, length: number): Parsed | {readonly protocolError: string} | undefined {
	if (length === -1) {
		return {reply: nil, end: from};
	}

	if (!Number.isSafeInteger(length) || length < 0 || length > maxBulkBytes) {
		return {protocolError: 'invalid bulk length'};
	}

	return bytes.length < from + length + 2 ? undefined : {reply: bulk(decodeText(bytes.subarray(from, from + length))), end: from + length + 2};
}

function parseArray(bytes: Uint8Array, from: number, count: number): Parsed | {readonly protocolError: string} | undefined {
	if (!Number.isSafeInteger(count) || count > maxItems) {
		return {protocolError: 'invalid multibulk length'};
	}

	const items: Reply[] = [];
	let end = from;
	for (let index = 0; index < count; index++) {
		const item = parse(bytes, end);
		if (item === undefined || 'protocolError' in item) {
			return item;
		}

		items.push(item.reply);
		end = item.end;
	}

	return {reply: {kind: 'array', items}, end};
}

// What a Redis server does with a command. Source: redis.io "Commands"; error texts of redis 7.4.
//
// Simplified: strings only; commands of other types are unknown. Integers beyond 2^53 are refused like ones beyond 2^63.

import {fnmatch} from '../../base/fnmatch.js';
import {bulk, fail, integer, nil, ok, type Reply} from './resp.js';

export type Entry = {readonly value: string; /** In milliseconds of Unix time. */ readonly expiresMs: number | undefined};

export type Database = {
	readonly entries: Map<string, Entry>;
	/** Commands answered, for INFO. */
	commands: number;
	connections: number;
	changes: number;
};

export type Context = {readonly database: Database; readonly nowMs: number; readonly info: () => string};

type Command = {
	/** How many words with the name; negative for at least. */
	readonly arity: number;
	readonly run: (context: Context, args: readonly string[]) => Reply;
};

const notInteger = fail('ERR value is not an integer or out of range');
const syntaxError = fail('ERR syntax error');

function get({database, nowMs}: Context, key: string): Entry | undefined {
	const entry = database.entries.get(key);
	if (entry?.expiresMs !== undefined && entry.expiresMs <= nowMs) {
		database.entries.delete(key);
		return undefined;
	}

	return entry;
}

function put({database}: Context, key: string, entry: Entry): void {
	database.entries.set(key, entry);
	database.changes++;
}

function parseInteger(text: string): number | undefined {
	return /^-?\d{1,16}$/v.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

function set(context: Context, [key = '', value = '', ...options]: readonly string[]): Reply {
	const before = get(context, key);
	let expiresMs: number | undefined;
	let wantsOld = false;
	for (let at = 0; at < options.length; at++) {
		const option = options[at]!.toUpperCase();
		if (option === 'EX' || option === 'PX') {
			const time = parseInteger(options[++at] ?? '');
			if (time === undefined || time <= 0) {
				return time === undefined ? notInteger : fail('ERR invalid expire time in \'set\' command');
			}

			expiresMs = context.nowMs + time * (option === 'EX' ? 1000 : 1);
		} else if (option === 'KEEPTTL') {
			expiresMs = before?.expiresMs;
		} else if (option === 'GET') {
			wantsOld = true;
		} else if (option !== 'NX' && option !== 'XX') {
			return syntaxError;
		}
	}

	const words = new Set(options.map(option => option.toUpperCase()));
	const isRefused = (words.has('NX') && before !== undefined) || (words.has('XX') && before === undefined);
	if (!isRefused) {
		put(context, key, {value, expiresMs});
	}

	return wantsOld ? (before === undefined ? nil : bulk(before.value)) : (isRefused ? nil : ok);
}

function add(context: Context, key: string, amount: number): Reply {
	const before = get(context, key);
	const number = parseInteger(before?.value ?? '0');
	if (number === undefined || !Number.isSafeInteger(number + amount)) {
		return notInteger;
	}

	put(context, key, {value: String(number + amount), expiresMs: before?.expiresMs});
	return integer(number + amount);
}

function addText(context: Context, key: string, text: string, sign: 1 | -1): Reply {
	const amount = parseInteger(text);
	return amount === undefined ? notInteger : add(context, key, sign * amount);
}

function remove(context: Context, keys: readonly string[]): Reply {
	const gone = keys.filter(key => get(context, key) !== undefined && context.database.entries.delete(key));
	context.database.changes += gone.length;
	return integer(gone.length);
}

function expire(context: Context, key: string, text: string, unitMs: number): Reply {
	const entry = get(context, key);
	const time = parseInteger(text);
	if (time === undefined) {
		return notInteger;
	}

	if (entry === undefined) {
		return integer(0);
	}

	if (time <= 0) {
		context.database.entries.delete(key);
	} else {
		put(context, key, {...entry, expiresMs: context.nowMs + time * unitMs});
	}

	return integer(1);
}

function timeLeft(context: Context, key: string, unitMs: number): Reply {
	const entry = get(context, key);
	if (entry === undefined || entry.expiresMs === undefined) {
		return integer(entry === undefined ? -2 : -1);
	}

	return integer(Math.floor((entry.expiresMs - context.nowMs + unitMs / 2) / unitMs));
}

function clear({database}: Context): Reply {
	database.entries.clear();
	database.changes++;
	return ok;
}

const commands: Readonly<Record<string, Command>> = {
	PING: {arity: -1, run: (_context, args) => args[0] === undefined ? {kind: 'simple', text: 'PONG'} : bulk(args[0])},
	ECHO: {arity: 2, run: (_context, args) => bulk(args[0]!)},
	SET: {arity: -3, run: set},
	SETNX: {arity: 3, run: (context, [key = '', value = '']) => get(context, key) === undefined ? (put(context, key, {value, expiresMs: undefined}), integer(1)) : integer(0)},
	GET: {arity: 2, run(context, [key = '']) {
		const entry = get(context, key);
		return entry === undefined ? nil : bulk(entry.value);
	}},
	MSET: {arity: -3, run(context, args) {
		if (args.length % 2 === 1) {
			return fail('ERR wrong number of arguments for \'mset\' command');
		}

		for (let at = 0; at < args.length; at += 2) {
			put(context, args[at]!, {value: args[at + 1]!, expiresMs: undefined});
		}

		return ok;
	}},
	MGET: {arity: -2, run: (context, keys) => ({kind: 'array', items: keys.map(key => {
		const entry = get(context, key);
		return entry === undefined ? nil : bulk(entry.value);
	})})},
	INCR: {arity: 2, run: (context, [key = '']) => add(context, key, 1)},
	DECR: {arity: 2, run: (context, [key = '']) => add(context, key, -1)},
	INCRBY: {arity: 3, run: (context, [key = '', amount = '']) => addText(context, key, amount, 1)},
	DECRBY: {arity: 3, run: (context, [key = '', amount = '']) => addText(context, key, amount, -1)},
	APPEND: {arity: 3, run(context, [key = '', text = '']) {
		const before = get(context, key);
		const value = `${before?.value ?? ''}${text}`;
		put(context, key, {value, expiresMs: before?.expiresMs});
		return integer(new TextEncoder().encode(value).length);
	}},
	STRLEN: {arity: 2, run: (context, [key = '']) => integer(new TextEncoder().encode(get(context, key)?.value ?? '').length)},
	DEL: {arity: -2, run: remove},
	UNLINK: {arity: -2, run: remove},
	EXISTS: {arity: -2, run: (context, keys) => integer(keys.filter(key => get(context, key) !== undefined).length)},
	KEYS: {arity: 2, run: (context, [pattern = '']) => ({kind: 'array', items: [...context.database.entries.keys()].filter(key => get(context, key) !== undefined && fnmatch(pattern, key)).map(bulk)})},
	TYPE: {arity: 2, run: (context, [key = '']) => ({kind: 'simple', text: get(context, key) === undefined ? 'none' : 'string'})},
	TTL: {arity: 2, run: (context, [key = '']) => timeLeft(context, key, 1000)},
	PTTL: {arity: 2, run: (context, [key = '']) => timeLeft(context, key, 1)},
	EXPIRE: {arity: 3, run: (context, [key = '', time = '']) => expire(context, key, time, 1000)},
	PEXPIRE: {arity: 3, run: (context, [key = '', time = '']) => expire(context, key, time, 1)},
	PERSIST: {arity: 2, run(context, [key = '']) {
		const entry = get(context, key);
		if (entry?.expiresMs === undefined) {
			return integer(0);
		}

		put(context, key, {...entry, expiresMs: undefined});
		return integer(1);
	}},
	DBSIZE: {arity: 1, run: context => integer([...context.database.entries.keys()].filter(key => get(context, key) !== undefined).length)},
	FLUSHALL: {arity: -1, run: clear},
	FLUSHDB: {arity: -1, run: clear},
	SELECT: {arity: 2, run: (_context, [index]) => index === '0' ? ok : fail('ERR virtlab models database 0 only')},
	INFO: {arity: -1, run: context => bulk(context.info())},
};

/** Runs one command. SAVE, QUIT and SHUTDOWN are the server's own. */
export function runCommand(context: Context, words: readonly string[]): Reply {
	const [name = '', ...args] = words;
	const command = commands[name.toUpperCase()];
	context.database.commands++;
	if (command === undefined) {
		return fail(`ERR unknown command '${name}', with args beginning with: ${args.map(arg => `'${arg}' `).join('')}`);
	}

	const isWrong = command.arity > 0 ? words.length !== command.arity : words.length < -command.arity;
	return isWrong ? fail(`ERR wrong number of arguments for '${name.toLowerCase()}' command`) : command.run(context, args);
}

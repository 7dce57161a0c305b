// Randomness that replays. Every draw comes from a named stream, seed + name + counter, so that a new draw in networking does
// not change container ids and with them every stored transcript.

import {createHash} from 'node:crypto';
import type {Reads, Writes} from './transaction.js';

export type RandomSchema = {random: {readonly stream: string; readonly draws: number}; seed: {readonly seed: number}};

/** Sets the seed of all streams: any integer from 0 to 2^53 - 1. Done once, when a world is made. */
export function seedRandom(tx: Writes<RandomSchema>, seed: number): void {
	tx.put('seed', 'seed', {seed});
}

/** `count` (1 to 32) bytes from the stream. */
export function randomBytes(tx: Writes<RandomSchema>, stream: string, count: number): Uint8Array {
	const draws = (tx as Reads<RandomSchema>).get('random', stream)?.draws ?? 0;
	tx.put('random', stream, {stream, draws: draws + 1});
	const seed = tx.get('seed', 'seed')?.seed ?? 0;
	return new Uint8Array(createHash('sha256').update(`${seed}\0${stream}\0${draws}`).digest()).subarray(0, count);
}

/** `digits` (1 to 64) hexadecimal digits, as container, network and volume ids are made of. */
export function randomHex(tx: Writes<RandomSchema>, stream: string, digits: number): string {
	const bytes = randomBytes(tx, stream, Math.ceil(digits / 2));
	return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('').slice(0, digits);
}

/** A whole number from 0 to `limit` - 1, where `limit` is at most 2^32. */
export function randomBelow(tx: Writes<RandomSchema>, stream: string, limit: number): number {
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = randomBytes(tx, stream, 6);
	// 48 bits over at most 32: the bias is below 2^-16, which no lesson can show.
	return (((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f) % limit;
}

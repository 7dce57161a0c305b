// bcrypt, which hashes the passwords of htpasswd files: Blowfish with a key schedule that is repeated 2^cost times. Blowfish's boxes
// are the fractional part of pi, so they are computed rather than listed.
// Source: Provos and Mazieres, "A Future-Adaptable Password Scheme"; Schneier, "Description of a New Variable-Length Key, 64-Bit Block Cipher".

import {concatBytes, encodeText} from './bytes.js';

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const boxWords = 18 + 4 * 256;
/** More takes longer than anybody would wait for: each step doubles the work. */
export const maxCost = 12;

/** `$2y$05$` and 22 characters of salt, then 31 of the hash. */
const shape = /^\$2[aby]\$(?<cost>\d\d)\$(?<salt>[.\/A-Za-z\d]{22})[.\/A-Za-z\d]{31}$/v;

/** Whether a password has this hash. A hash that is none, or that costs too much, fits no password. */
export function bcryptFits(password: string, hash: string): boolean {
	const found = shape.exec(hash)?.groups;
	const cost = Number(found?.['cost']);
	return found !== undefined && cost >= 4 && cost <= maxCost && bcryptHash(password, decode(found['salt']!, 16), cost).slice(4) === hash.slice(4);
}

/** The hash of a password with 16 bytes of salt. */
export function bcryptHash(password: string, salt: Uint8Array, cost: number): string {
	const key = concatBytes([encodeText(password), new Uint8Array(1)]).subarray(0, 72);
	const cipher = new Blowfish();
	cipher.expand(key, salt);
	for (let round = 0; round < 2 ** cost; round++) {
		cipher.expand(key, noSalt);
		cipher.expand(salt, noSalt);
	}

	const text = words(encodeText('OrpheanBeholderScryDoubt'), 6);
	for (let at = 0; at < 6; at += 2) {
		for (let round = 0; round < 64; round++) {
			cipher.encrypt(text, at);
		}
	}

	const bytes = new Uint8Array(24);
	for (const [index, word] of text.entries()) {
		new DataView(bytes.buffer).setUint32(index * 4, word);
	}

	return `$2y$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(bytes.subarray(0, 23))}`;
}

const noSalt = new Uint8Array(16);

class Blowfish {
	readonly #p: Uint32Array;
	readonly #s: Uint32Array;

	constructor() {
		this.#p = boxes().slice(0, 18);
		this.#s = boxes().slice(18);
	}

	/** Mixes a key into all boxes, the salt into what is encrypted on the way. */
	expand(key: Uint8Array, salt: Uint8Array): void {
		const keyWords = words(key, 18);
		const saltWords = words(salt, 4);
		for (let index = 0; index < 18; index++) {
			this.#p[index]! ^= keyWords[index]!;
		}

		const block = new Uint32Array(2);
		let turn = 0;
		for (const box of [this.#p, this.#s]) {
			for (let index = 0; index < box.length; index += 2) {
				block[0]! ^= saltWords[turn]!;
				block[1]! ^= saltWords[turn + 1]!;
				turn = 2 - turn;
				this.encrypt(block, 0);
				box[index] = block[0]!;
				box[index + 1] = block[1]!;
			}
		}
	}

	/** One block of two words, in place. */
	encrypt(block: Uint32Array, at: number): void {
		const p = this.#p;
		const s = this.#s;
		let left = block[at]! ^ p[0]!;
		let right = block[at + 1]!;
		for (let round = 1; round <= 16; round += 2) {
			right ^= (((s[left >>> 24]! + s[256 + ((left >>> 16) & 255)]!) ^ s[512 + ((left >>> 8) & 255)]!) + s[768 + (left & 255)]!) ^ p[round]!;
			left ^= (((s[right >>> 24]! + s[256 + ((right >>> 16) & 255)]!) ^ s[512 + ((right >>> 8) & 255)]!) + s[768 + (right & 255)]!) ^ p[round + 1]!;
		}

		block[at] = right ^ p[17]!;
		block[at + 1] = left;
	}
}

/** Big-endian words of bytes that are repeated as long as necessary. */
function words(bytes: Uint8Array, count: number): Uint32Array {
	return Uint32Array.from({length: count}, (_, index) => [0, 1, 2, 3].reduce((word, byte) => (word << 8) | bytes[(index * 4 + byte) % bytes.length]!, 0));
}

let known: Uint32Array | undefined;

/** The first bits of pi behind the point. Source: Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239). */
function boxes(): Uint32Array {
	if (known === undefined) {
		const bits = BigInt(boxWords * 32);
		const guard = 64n;
		const one = 1n << (bits + guard);
		const fraction = ((16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one)) >> guard) & ((1n << bits) - 1n);
		const digits = fraction.toString(16).padStart(boxWords * 8, '0');
		known = Uint32Array.from({length: boxWords}, (_, index) => Number.parseInt(digits.slice(index * 8, index * 8 + 8), 16));
	}

	return known;
}

function arctanOfInverse(denominator: bigint, one: bigint): bigint {
	let power = one / denominator;
	let sum = power;
	for (let odd = 3n, sign = -1n; power !== 0n; odd += 2n, sign = -sign) {
		power /= denominator * denominator;
		sum += sign * (power / odd);
	}

	return sum;
}

/** bcrypt's own base 64: other digits than the usual, no padding. */
function encode(bytes: Uint8Array): string {
	let text = '';
	let held = 0;
	let bits = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		bits += 8;
		for (; bits >= 6; bits -= 6) {
			text += alphabet[(held >>> (bits - 6)) & 63]!;
		}
	}

	return bits === 0 ? text : text + alphabet[(held << (6 - bits)) & 63]!;
}

function decode(text: string, count: number): Uint8Array {
	const bytes = new Uint8Array(count);
	let held = 0;
	let bits = 0;
	let at = 0;
	for (const digit of text) {
		held = (held << 6) | alphabet.indexOf(digit);
		bits += 6;
		if (bits >= 8 && at < count) {
			bits -= 8;
			bytes[at++] = (held >>> bits) & 255;
		}
	}

	return bytes;
}

// UTF-8 that arrives in pieces, of which some may not be UTF-8 at all. A character cut in two waits for its other half; a byte that
// belongs to no character is written out as \x9b, so that binary output can be looked at safely and nothing is lost.

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

export class Utf8Stream {
	#pending: Uint8Array = new Uint8Array(0);

	decode(bytes: Uint8Array): string {
		const input = this.#pending.length === 0 ? bytes : joined(this.#pending, bytes);
		const complete = input.length - unfinishedTail(input);
		this.#pending = input.slice(complete);
		const whole = input.subarray(0, complete);
		try {
			return strict.decode(whole);
		} catch {
			return decodeMixed(whole);
		}
	}
}

function decodeMixed(bytes: Uint8Array): string {
	const parts: string[] = [];
	let at = 0;
	while (at < bytes.length) {
		const length = sequenceLength(bytes[at]!);
		const character = length === 0 ? undefined : tryDecode(bytes.subarray(at, at + length));
		if (character === undefined) {
			parts.push(String.raw`\x` + bytes[at]!.toString(16).padStart(2, '0'));
			at++;
		} else {
			parts.push(character);
			at += length;
		}
	}

	return parts.join('');
}

/** The character that `bytes` are in full, or undefined: RFC 3629, section 4. */
function tryDecode(bytes: Uint8Array): string | undefined {
	const [first = 0, second = 0] = bytes;
	const length = sequenceLength(first);
	if (bytes.length !== length || bytes.subarray(1).some(byte => byte < 0x80 || byte > 0xBF)) {
		return undefined;
	}

	const isOverlong = (first === 0xE0 && second < 0xA0) || (first === 0xF0 && second < 0x90);
	const isBeyond = (first === 0xED && second > 0x9F) || (first === 0xF4 && second > 0x8F);
	if (isOverlong || isBeyond) {
		return undefined;
	}

	const lead = length === 1 ? first : first & (0xFF >> (length + 1));
	return String.fromCodePoint(bytes.subarray(1).reduce((code, byte) => (code << 6) | (byte & 0x3F), lead));
}

/** How many bytes a sequence that starts with this byte has; 0 if none does. */
function sequenceLength(first: number): number {
	if (first < 0x80) {
		return 1;
	}

	return first >= 0xC2 && first < 0xE0 ? 2 : (first >= 0xE0 && first < 0xF0 ? 3 : (first >= 0xF0 && first < 0xF5 ? 4 : 0));
}

/** Bytes at the end that begin a character without finishing it. */
function unfinishedTail(bytes: Uint8Array): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back]!;
		if (byte < 0x80) {
			return 0;
		}

		if (byte >= 0xC0) {
			return sequenceLength(byte) > back ? back : 0;
		}
	}

	return 0;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const whole = new Uint8Array(a.length + b.length);
	whole.set(a);
	whole.set(b, a.length);
	return whole;
}

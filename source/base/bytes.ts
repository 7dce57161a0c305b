// Text and bytes. The simulated system deals in bytes, as a kernel does; text is a matter for the programs above it.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

export const noBytes = new Uint8Array(0);

export function encodeText(text: string): Uint8Array {
	return encoder.encode(text);
}

/** Bytes as text; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
	return decoder.decode(bytes);
}

/** Bytes as text, or `undefined` if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return strictDecoder.decode(bytes);
	} catch {
		return undefined;
	}
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
	if (parts.length === 1) {
		return parts[0]!;
	}

	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}

	return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Compares by code units: the only order of text that does not depend on a locale. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : (a > b ? 1 : 0);
}

// Bytes as text of 64 characters, and back. Source: RFC 4648, 4.

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(bytes: Uint8Array): string {
	const parts: string[] = [];
	for (let at = 0; at < bytes.length; at += 3) {
		const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
		const group = (a << 16) | (b << 8) | c;
		const left = bytes.length - at;
		parts.push(digits[group >> 18]! + digits[(group >> 12) & 63]! + (left > 1 ? digits[(group >> 6) & 63]! : '=') + (left > 2 ? digits[group & 63]! : '='));
	}

	return parts.join('');
}

/** The bytes of a text that is base64 from end to end; undefined for any other. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
	return text.length % 4 === 0 && /^[A-Za-z\d+\/]*={0,2}$/v.test(text) ? Uint8Array.from(atob(text), character => character.charCodeAt(0)) : undefined;
}

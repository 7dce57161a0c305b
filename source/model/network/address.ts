// IPv4 addresses and blocks of them, as dotted text outside and unsigned 32-bit numbers inside.
//
// Simplified: IPv4 only. Where real tools show an IPv6 twin ([::]:8080), the twin is shown but nothing listens on it.

export type Cidr = {readonly base: number; readonly prefixLength: number};

/** `172.17.0.2` as a number, or `undefined`. Leading zeros are refused, as Go's net.ParseIP does. */
export function parseIpv4(text: string): number | undefined {
	const parts = text.split('.');
	if (parts.length !== 4) {
		return undefined;
	}

	let value = 0;
	for (const part of parts) {
		if (!/^(?:0|[1-9]\d{0,2})$/v.test(part) || Number(part) > 255) {
			return undefined;
		}

		value = value * 256 + Number(part);
	}

	return value;
}

export function formatIpv4(value: number): string {
	return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** `172.17.0.0/16`; the address may have bits below the prefix, which are dropped. */
export function parseCidr(text: string): Cidr | undefined {
	const [address = '', length = '', ...more] = text.split('/');
	const value = parseIpv4(address);
	if (value === undefined || more.length > 0 || !/^(?:0|[1-9]\d?)$/v.test(length) || Number(length) > 32) {
		return undefined;
	}

	return blockOf(value, Number(length));
}

/** The block of 2^(32 - prefixLength) addresses that `address` is in. */
export function blockOf(address: number, prefixLength: number): Cidr {
	const size = 2 ** (32 - prefixLength);
	return {base: Math.floor(address / size) * size, prefixLength};
}

export function formatCidr({base, prefixLength}: Cidr): string {
	return `${formatIpv4(base)}/${prefixLength}`;
}

export function blockSize({prefixLength}: Cidr): number {
	return 2 ** (32 - prefixLength);
}

export function contains(block: Cidr, address: number): boolean {
	return address >= block.base && address < block.base + blockSize(block);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
	return a.base < b.base + blockSize(b) && b.base < a.base + blockSize(a);
}

/** The last address of the block, to which broadcasts go. */
export function broadcastOf(block: Cidr): number {
	return block.base + blockSize(block) - 1;
}

/** A MAC address out of six bytes, made locally administered and unicast, as Linux does for virtual links. */
export function formatMac(bytes: Uint8Array): string {
	const octets = Array.from(bytes.subarray(0, 6));
	octets[0] = (octets[0]! & 0xfe) | 0x02;
	return octets.map(octet => octet.toString(16).padStart(2, '0')).join(':');
}

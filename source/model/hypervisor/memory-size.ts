// Sizes with units as libvirt reads them, in XML (`unit='MiB'`) and in virsh (`4G`). Source: virScaleInteger in src/util/virutil.c.

const letters = 'kmgtpe';

/** Bytes in one unit; undefined for what is no unit. `KB` is 1000, `KiB` and `K` are 1024. */
export function unitBytes(unit: string): number | undefined {
	const name = unit.toLowerCase();
	if (name === 'b' || name === 'byte' || name === 'bytes') {
		return 1;
	}

	const power = letters.indexOf(name.slice(0, 1)) + 1;
	const suffix = name.slice(1);
	if (name === '' || power === 0) {
		return undefined;
	}

	return suffix === '' || suffix === 'ib' ? 1024 ** power : (suffix === 'b' ? 1000 ** power : undefined);
}

/** KiB, rounded up as libvirt does; undefined if the number or the unit is malformed or it is too large. */
export function parseKib(digits: string, unit: string): number | undefined {
	const scale = unitBytes(unit);
	if (scale === undefined || !/^\d+$/v.test(digits)) {
		return undefined;
	}

	const kib = Math.ceil(Number(digits) * scale / 1024);
	return Number.isSafeInteger(kib) ? kib : undefined;
}

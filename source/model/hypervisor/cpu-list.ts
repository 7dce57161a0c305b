// Lists of processors as libvirt writes them: `0-3,^2,8`. Source: libvirt's virBitmapParse and virBitmapFormat.

const maxCpus = 1024;

/** The processors of a list, ascending; undefined if it is malformed. `^` takes one out again. */
export function parseCpuList(text: string): readonly number[] | undefined {
	const cpus = new Set<number>();
	for (const part of text.split(',')) {
		const found = /^\s*(?:\^(?<out>\d{1,4})|(?<low>\d{1,4})(?:-(?<high>\d{1,4}))?)\s*$/v.exec(part)?.groups;
		if (found === undefined) {
			return undefined;
		}

		if (found['out'] !== undefined) {
			cpus.delete(Number(found['out']));
			continue;
		}

		const low = Number(found['low']);
		const high = Number(found['high'] ?? low);
		if (high < low || high >= maxCpus) {
			return undefined;
		}

		for (let cpu = low; cpu <= high; cpu++) {
			cpus.add(cpu);
		}
	}

	return cpus.size === 0 ? undefined : [...cpus].sort((a, b) => a - b);
}

/** Ascending processors as a list with ranges. */
export function formatCpuList(cpus: readonly number[]): string {
	const parts: string[] = [];
	for (let at = 0; at < cpus.length;) {
		let end = at;
		while (end + 1 < cpus.length && cpus[end + 1] === cpus[end]! + 1) {
			end++;
		}

		parts.push(end === at ? `${cpus[at]!}` : `${cpus[at]!}-${cpus[end]!}`);
		at = end + 1;
	}

	return parts.join(',');
}

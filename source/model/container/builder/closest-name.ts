// "Did you mean": the nearest name, if it is at most two edits away; of equally near ones the first. Source: moby/buildkit util/suggest/error.go.

const maxDistance = 3;

export function closestName(text: string, names: readonly string[]): string | undefined {
	let closest: string | undefined;
	let least = maxDistance;
	for (const name of names) {
		const distance = editDistance(text, name);
		if (distance < least) {
			least = distance;
			closest = name;
		}
	}

	return least === 0 ? undefined : closest;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
	let row = Array.from({length: b.length + 1}, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
		}

		row = next;
	}

	return row[b.length]!;
}

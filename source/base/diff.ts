// The shortest edit script between two lists of lines. Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations"
// (1986), the greedy forward search; equal lines at both ends are set aside first.
// Simplified: where several scripts are shortest, GNU diff may choose another one.

/** A place where the lists differ: lines [a, a + deleted) of the first became lines [b, b + inserted) of the second. */
export type Change = {readonly a: number; readonly deleted: number; readonly b: number; readonly inserted: number};

/** Beyond this many edits the middle counts as changed altogether, which is true but not shortest. */
const editsMax = 2000;

export function diffLines(first: readonly string[], second: readonly string[]): readonly Change[] {
	let head = 0;
	while (head < first.length && head < second.length && first[head] === second[head]) {
		head++;
	}

	let tail = 0;
	while (tail < first.length - head && tail < second.length - head && first[first.length - 1 - tail] === second[second.length - 1 - tail]) {
		tail++;
	}

	const a = first.slice(head, first.length - tail);
	const b = second.slice(head, second.length - tail);
	const matches = a.length === 0 || b.length === 0 ? [] : commonLines(a, b);
	return slideDown(changesBetween(matches, a.length, b.length).map(change => ({...change, a: change.a + head, b: change.b + head})), first, second);
}

/** Pairs of equal lines, ascending in both. */
function commonLines(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
	const trace: Int32Array[] = [];
	const offset = Math.min(a.length + b.length, editsMax) + 1;
	let reach = new Int32Array(2 * offset + 1);
	for (let edits = 0; edits < offset; edits++) {
		trace.push(reach.slice());
		const next = reach;
		for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
			const down = diagonal === -edits || (diagonal !== edits && reach[offset + diagonal - 1]! < reach[offset + diagonal + 1]!);
			let x = down ? reach[offset + diagonal + 1]! : reach[offset + diagonal - 1]! + 1;
			let y = x - diagonal;
			while (x < a.length && y < b.length && a[x] === b[y]) {
				x++;
				y++;
			}

			next[offset + diagonal] = x;
			if (x >= a.length && y >= b.length) {
				return backtrack(trace, edits, a.length, b.length, offset);
			}
		}

		reach = next;
	}

	return [];
}

function backtrack(trace: readonly Int32Array[], edits: number, aLength: number, bLength: number, offset: number): readonly (readonly [number, number])[] {
	const pairs: (readonly [number, number])[] = [];
	let x = aLength;
	let y = bLength;
	for (let depth = edits; depth >= 0; depth--) {
		const reach = trace[depth]!;
		const diagonal = x - y;
		const down = diagonal === -depth || (diagonal !== depth && reach[offset + diagonal - 1]! < reach[offset + diagonal + 1]!);
		const before = down ? diagonal + 1 : diagonal - 1;
		const fromX = depth === 0 ? 0 : reach[offset + before]!;
		const fromY = depth === 0 ? 0 : fromX - before;
		while (x > fromX && y > fromY && (depth === 0 || x > (down ? fromX : fromX + 1))) {
			if (x - 1 < (depth === 0 ? 0 : (down ? fromX : fromX + 1)) || y - 1 < (depth === 0 ? 0 : (down ? fromY + 1 : fromY))) {
				break;
			}

			x--;
			y--;
			pairs.push([x, y]);
		}

		x = fromX;
		y = fromY;
	}

	return pairs.reverse();
}

function changesBetween(matches: readonly (readonly [number, number])[], aLength: number, bLength: number): Change[] {
	const changes: Change[] = [];
	let a = 0;
	let b = 0;
	for (const [x, y] of [...matches, [aLength, bLength] as const]) {
		if (x > a || y > b) {
			changes.push({a, deleted: x - a, b, inserted: y - b});
		}

		a = x + 1;
		b = y + 1;
	}

	return changes;
}

/** Where a change could stand at several places, diff(1) shows the last. */
function slideDown(changes: readonly Change[], first: readonly string[], second: readonly string[]): readonly Change[] {
	const result: Change[] = [];
	for (const [index, change] of changes.entries()) {
		const {deleted, inserted} = change;
		let {a, b} = change;
		const limit = changes[index + 1]?.a ?? first.length;
		if (deleted === 0 || inserted === 0) {
			const [lines, start, length] = deleted === 0 ? [second, b, inserted] as const : [first, a, deleted] as const;
			let shift = 0;
			while (a + deleted + shift < limit && lines[start + shift] === lines[start + length + shift]) {
				shift++;
			}

			a += shift;
			b += shift;
		}

		const last = result.at(-1);
		if (last !== undefined && last.a + last.deleted === a && last.b + last.inserted === b) {
			result[result.length - 1] = {a: last.a, deleted: last.deleted + deleted, b: last.b, inserted: last.inserted + inserted};
		} else {
			result.push({a, deleted, b, inserted});
		}
	}

	return result;
}

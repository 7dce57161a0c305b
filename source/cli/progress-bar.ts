// How far a long run is: on standard error, if that is a terminal, and gone when it ends.

const width = 30;
const nsPerSecond = 1e9;

/** A line with a bar, the rate and the time left, drawn at most ten times a second. */
export function progressBar(total: number): {step(): void; end(): void} {
	const {stderr} = process;
	if (!stderr.isTTY || total < 2) {
		return {step() {}, end() {}};
	}

	const started = process.hrtime.bigint();
	let done = 0;
	let drawnNs = 0;
	return {
		step() {
			done += 1;
			const elapsedNs = Number(process.hrtime.bigint() - started);
			if (elapsedNs - drawnNs > nsPerSecond / 10) {
				drawnNs = elapsedNs;
				stderr.write(`\r\u001B[K${progressLine({done, total, seconds: elapsedNs / nsPerSecond})}`);
			}
		},
		end() {
			stderr.write('\r\u001B[K');
		},
	};
}

/** `[####      ] 12/30  4.0/s  5 s left` */
export function progressLine({done, total, seconds}: {readonly done: number; readonly total: number; readonly seconds: number}): string {
	const full = Math.floor(width * done / total);
	const rate = done / seconds;
	return `[${'#'.repeat(full)}${' '.repeat(width - full)}] ${done}/${total}  ${rate.toFixed(1)}/s  ${Math.ceil((total - done) / rate)} s left`;
}

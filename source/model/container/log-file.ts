// The files of a container's log: written by the shim, put aside when they are full, read by the daemon from the oldest to the newest.
// Source: moby/moby daemon/logger/loggerutils/logfile.go.
//
//     ID-json.log.2  (oldest)   ID-json.log.1   ID-json.log  (written now)

import {concatBytes} from '../../base/bytes.js';
import {failed} from '../kernel/errno.js';
import type {Fd, Process} from '../kernel/program.js';
import {decodeLog, encodeLogEntry, type LogEntry, type NewEntry} from './container-log.js';
import type {LogSettings} from './log-settings.js';

/** Appends entries; a file that is full is put aside before the next entries are written. */
export class LogWriter {
	readonly #process: Process;
	readonly #path: string;
	readonly #settings: LogSettings;
	#fd: Fd | undefined;
	#bytes = 0;

	constructor(process: Process, path: string, settings: LogSettings) {
		this.#process = process;
		this.#path = path;
		this.#settings = settings;
		this.#open();
	}

	write(entries: readonly NewEntry[]): void {
		const {maxBytes, driver, attributes} = this.#settings;
		const encoded = entries.map(entry => encodeLogEntry(driver, entry, attributes));
		if (maxBytes === undefined) {
			this.#append(concatBytes(encoded));
			return;
		}

		for (const bytes of encoded) {
			if (this.#bytes >= maxBytes) {
				this.#rotate();
			}

			this.#append(bytes);
		}
	}

	#append(bytes: Uint8Array): void {
		if (this.#fd !== undefined && bytes.length > 0) {
			const written = this.#process.sys.write(this.#fd, bytes);
			this.#bytes += failed(written) ? 0 : written;
		}
	}

	#open(): void {
		const {sys} = this.#process;
		const fd = sys.open(this.#path, {write: true, create: true, append: true}, 0o640);
		this.#fd = failed(fd) ? undefined : fd;
		const attributes = this.#fd === undefined ? undefined : sys.fstat(this.#fd);
		this.#bytes = attributes === undefined || failed(attributes) ? 0 : attributes.sizeBytes;
	}

	#rotate(): void {
		const {sys} = this.#process;
		if (this.#fd !== undefined) {
			sys.close(this.#fd);
		}

		for (let number = this.#settings.maxFiles - 1; number > 0; number--) {
			sys.rename(number === 1 ? this.#path : `${this.#path}.${number - 1}`, `${this.#path}.${number}`);
		}

		if (this.#settings.maxFiles === 1) {
			sys.truncate(this.#path, 0);
		}

		this.#open();
	}
}

/** Bytes read at once while the end of a log is looked for. */
const chunkBytes = 256 * 1024;

/** The last entries that are wanted, at most `count`, the oldest first. Files are read backwards, and no more than are needed. */
export function readLastEntries(process: Process, path: string, {driver, maxFiles}: LogSettings, {count, isWanted}: {readonly count: number; readonly isWanted: (entry: LogEntry) => boolean}): readonly LogEntry[] {
	const found: (readonly LogEntry[])[] = [];
	let missing = count;
	for (let number = 0; number < maxFiles && missing > 0; number++) {
		for (const entries of entriesFromEnd(process, number === 0 ? path : `${path}.${number}`, driver)) {
			const wanted = entries.filter(isWanted).slice(-missing);
			found.push(wanted);
			missing -= wanted.length;
			if (missing <= 0) {
				break;
			}
		}
	}

	return found.toReversed().flat();
}

/** Entries of one file in pieces, the last piece first. Only lines can be found from the end; `local` is read whole. */
function * entriesFromEnd({sys}: Process, path: string, driver: LogSettings['driver']): Generator<readonly LogEntry[]> {
	const fd = sys.open(path, {read: true});
	if (failed(fd)) {
		return;
	}

	const attributes = sys.fstat(fd);
	let end = failed(attributes) ? 0 : attributes.sizeBytes;
	const step = driver === 'local' ? Math.max(end, 1) : chunkBytes;
	let rest: Uint8Array = new Uint8Array(0);
	while (end > 0) {
		const from = Math.max(end - step, 0);
		const bytes = sys.pread(fd, end - from, from);
		const whole = failed(bytes) ? rest : concatBytes([bytes, rest]);
		// The first line may have begun in the piece before.
		const start = from === 0 || driver === 'local' ? 0 : whole.indexOf(0x0A) + 1;
		rest = whole.subarray(0, start);
		end = from;
		yield decodeLog(driver, whole.subarray(start)).entries;
	}

	sys.close(fd);
}

/** Reads what is appended to a log, across files that are put aside. */
export class LogFollower {
	readonly #process: Process;
	readonly #path: string;
	readonly #driver: LogSettings['driver'];
	#fd: Fd | undefined;
	#rest: Uint8Array = new Uint8Array(0);

	/** Begins at the present end of the file. */
	constructor(process: Process, path: string, {driver}: LogSettings) {
		this.#process = process;
		this.#path = path;
		this.#driver = driver;
		this.#open();
		if (this.#fd !== undefined) {
			process.sys.seek(this.#fd, 0, 'end');
		}
	}

	/** The entries that have come, or undefined if there are none now. */
	next(): readonly LogEntry[] | undefined {
		const {sys} = this.#process;
		if (this.#fd === undefined) {
			this.#open();
		}

		const bytes = this.#fd === undefined ? undefined : sys.read(this.#fd, 65_536);
		if (bytes !== undefined && !failed(bytes) && bytes.length > 0) {
			const {entries, usedBytes} = decodeLog(this.#driver, concatBytes([this.#rest, bytes]));
			this.#rest = concatBytes([this.#rest, bytes]).subarray(usedBytes);
			return entries;
		}

		return this.#wasPutAside() ? [] : undefined;
	}

	close(): void {
		if (this.#fd !== undefined) {
			this.#process.sys.close(this.#fd);
		}
	}

	#open(): void {
		const fd = this.#process.sys.open(this.#path, {read: true});
		this.#fd = failed(fd) ? undefined : fd;
	}

	/** Goes on with the new file if this one is no longer written to. */
	#wasPutAside(): boolean {
		const {sys} = this.#process;
		const mine = this.#fd === undefined ? undefined : sys.fstat(this.#fd);
		const now = sys.stat(this.#path);
		if (mine === undefined || failed(mine) || failed(now)) {
			return false;
		}

		const position = sys.seek(this.#fd!, 0, 'current');
		if (mine.node === now.node && !failed(position) && position <= now.sizeBytes) {
			return false;
		}

		this.close();
		this.#rest = new Uint8Array(0);
		this.#open();
		return this.#fd !== undefined;
	}
}

// What compose tells of its work, on standard error: one line for each event, or, on a terminal, one line for each thing, written
// over as it goes on, below a count of what is done. Source: docker/compose pkg/progress/{event,plain,tty}.go.
//
// Simplified: the real display is drawn again ten times a second, with a turning sign before what is not done yet; ours when something
// happens.

import {secondNs, type Nanoseconds} from '../../../base/clock.js';
import {failed} from '../../../model/kernel/errno.js';
import {warn, type Client} from '../../docker/client/client.js';
import type {Steps} from '../../docker/command/refusal.js';
import {marshal} from '../../docker/go/json.js';

type EventKind = 'working' | 'done' | 'warning' | 'error';

type ProgressEvent = {
	/** `Container web-1`. */
	readonly id: string;
	readonly kind: EventKind;
	/** `Starting`. */
	readonly status?: string;
	/** What stands beside the name: `Pulling`. */
	readonly text?: string;
	/** The event of which this is a part, shown below it. */
	readonly parent?: string;
};

export type ProgressMode = 'plain' | 'tty' | 'json' | 'quiet';

type Shown = ProgressEvent & {readonly startNs: Nanoseconds; readonly endNs: Nanoseconds | undefined};

export class Progress {
	readonly #client: Client;
	readonly #mode: ProgressMode;
	#title: string;
	readonly #shown = new Map<string, Shown>();
	#lines = 0;

	constructor(client: Client, mode: ProgressMode, title = 'Running') {
		this.#client = client;
		this.#mode = mode;
		this.#title = title;
	}

	/** A new piece of work: what was shown stays above it. */
	begin(title: string): void {
		this.#title = title;
		this.#shown.clear();
		this.#lines = 0;
	}

	* event(event: ProgressEvent): Steps<void> {
		const {id, text = '', status = '', kind, parent} = event;
		switch (this.#mode) {
			case 'quiet': {
				return;
			}

			case 'plain': {
				yield * warn(this.#client, ` ${id} ${text} ${status}\n`);
				return;
			}

			case 'json': {
				const word = {working: 'Working', done: 'Done', warning: 'Warning', error: 'Error'}[kind];
				yield * warn(this.#client, `${marshal({id, ...parent === undefined ? {} : {parent_id: parent}, ...text === '' ? {} : {text}, status: word, ...status === '' ? {} : {details: status}})}\n`);
				return;
			}

			case 'tty': {
				const before = this.#shown.get(id);
				const now = this.#client.process.sys.now();
				const isOver = kind !== 'working';
				this.#shown.set(id, {...event, startNs: before?.startNs ?? now, endNs: isOver ? (before?.kind === kind ? before.endNs : now) : undefined});
				yield * this.#draw(now);
			}
		}
	}

	/** Container, network, volume: what is done to it, and that it is done. */
	* working(id: string, status: string): Steps<void> {
		yield * this.event({id, status, kind: 'working'});
	}

	* done(id: string, status: string): Steps<void> {
		yield * this.event({id, status, kind: 'done'});
	}

	* failed(id: string, status = 'Error'): Steps<void> {
		yield * this.event({id, status, kind: 'error'});
	}

	#size(): {readonly columns: number; readonly rows: number} {
		const size = this.#client.process.sys.windowSize(2);
		return failed(size) || size.columns === 0 || size.rows === 0 ? {columns: 80, rows: 24} : size;
	}

	* #draw(now: Nanoseconds): Steps<void> {
		const {columns: width, rows} = this.#size();
		const all = [...this.#shown.values()];
		const done = all.filter(({kind}) => kind === 'done').length;
		// Parts are shown only if all lines fit.
		const ordered = all.filter(({parent}) => parent === undefined).flatMap(each => [each, ...all.length > rows - 3 ? [] : all.filter(({parent}) => parent === each.id)]);
		const padding = Math.max(...ordered.map(({id, text = ''}) => `${id} ${text}`.length));
		const head = `[+] ${this.#title} ${done}/${all.length}`;
		const lines = [done === all.length ? blue(head) : head, ...ordered.map(each => lineOf(each, {now, width, padding}))];
		const up = this.#lines === 0 ? '' : `\u001B[${this.#lines}A`;
		this.#lines = lines.length;
		yield * warn(this.#client, `\u001B[?25l${up}\u001B[0G${lines.map(line => `\u001B[2K${line}\n`).join('')}\u001B[?25h`);
	}
}

const color = (code: number) => (text: string) => `\u001B[${code}m${text}\u001B[0m`;
const blue = color(34);
const signs: Readonly<Record<EventKind, string>> = {working: color(36)('⠋'), done: color(32)('✔'), warning: color(33)('!'), error: color(31)('✘')};
const statusColors: Readonly<Record<EventKind, (text: string) => string>> = {working: text => text, done: color(32), warning: color(33), error: color(31)};

function lineOf({id, text = '', status = '', kind, parent, startNs, endNs}: Shown, {now, width, padding}: {readonly now: Nanoseconds; readonly width: number; readonly padding: number}): string {
	const margin = parent === undefined ? '' : '  ';
	const label = `${id} ${text}`;
	const plain = `${margin} ✔ ${label}${' '.repeat(Math.max(padding - label.length, 0))} ${status}`;
	const timer = `${(((endNs ?? now) - startNs) / secondNs).toFixed(1)}s `;
	const gap = ' '.repeat(Math.max(width - [...plain].length - timer.length, 1));
	return `${margin} ${signs[kind]} ${label}${' '.repeat(Math.max(padding - label.length, 0))} ${statusColors[kind](status)}${gap}${blue(timer)}`;
}

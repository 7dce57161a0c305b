// BuildKit's progress as a client without a terminal prints it: vertices numbered as they appear, a blank line between them.
//
//     #5 [2/3] RUN echo before && exit 7
//     #5 0.327 before
//     #5 ERROR: process "/bin/sh -c ..." did not complete successfully: exit code: 7
//
// Source: moby/buildkit util/progress/progressui (printer.go).

import {decodeText} from '../../../base/bytes.js';
import {type Nanoseconds, secondNs} from '../../../base/clock.js';
import type {BuildEvent} from './build-host.js';

type Vertex = {readonly number: number; readonly name: string; readonly startNs: Nanoseconds; readonly logs: string[]; partial: string};

export class PlainProgress {
	readonly #vertices = new Map<string, Vertex>();
	readonly #warnings: string[] = [];
	#last: Vertex | undefined;
	#failed: Vertex | undefined;

	/** What an event prints. */
	lines(event: BuildEvent): string {
		switch (event.kind) {
			case 'started': {
				const vertex: Vertex = {number: this.#vertices.size + 1, name: event.name, startNs: event.atNs, logs: [], partial: ''};
				this.#vertices.set(event.vertex, vertex);
				return this.#print(vertex, [event.name]);
			}

			case 'cached': {
				return this.#print(this.#vertices.get(event.vertex), ['CACHED']);
			}

			case 'status': {
				const seconds = secondsText(event.atNs - event.startNs);
				return this.#print(this.#vertices.get(event.vertex), [`${event.text}${seconds === '0.0' && event.isDone ? '' : ` ${seconds}s`}${event.isDone ? ' done' : ''}`]);
			}

			case 'log': {
				return this.#log(event);
			}

			case 'warning': {
				const text = `${event.rule}: ${event.message} (line ${event.line})`;
				this.#warnings.push(text);
				return this.#print(this.#vertices.get(event.vertex), [`WARN: ${text}`]);
			}

			case 'done': {
				const vertex = this.#vertices.get(event.vertex);
				return this.#print(vertex, [...flush(vertex, event.atNs), `DONE ${secondsText(event.atNs - (vertex?.startNs ?? event.atNs))}s`]);
			}

			case 'failed': {
				const vertex = this.#vertices.get(event.vertex);
				this.#failed = vertex;
				return this.#print(vertex, [...flush(vertex, event.atNs), `ERROR: ${event.message}`]);
			}

			case 'stream': {
				return event.text;
			}

			default: {
				return event satisfies never;
			}
		}
	}

	/** What follows the last event: the output of the vertex that failed. */
	failure(): string {
		return this.#failed === undefined ? '' : `------\n > ${this.#failed.name}:\n${this.#failed.logs.slice(-10).map(line => `${line}\n`).join('')}------\n`;
	}

	/** The list of warnings below a build that succeeded; empty if there are none. */
	summary(): string {
		const count = this.#warnings.length;
		return count === 0 ? '' : `\n \u001b[33m${count} warning${count === 1 ? '' : 's'} found (use docker --debug to expand):\n\u001b[0m${this.#warnings.map(text => ` - ${text}\n`).join('')}`;
	}

	#log({vertex: key, bytes, atNs}: Extract<BuildEvent, {kind: 'log'}>): string {
		const vertex = this.#vertices.get(key);
		if (vertex === undefined) {
			return '';
		}

		const [...lines] = (vertex.partial + decodeText(bytes)).split('\n');
		vertex.partial = lines.pop() ?? '';
		const stamped = lines.map(line => `${((atNs - vertex.startNs) / secondNs).toFixed(3)} ${line}`);
		vertex.logs.push(...stamped);
		return stamped.length === 0 ? '' : this.#print(vertex, stamped);
	}

	#print(vertex: Vertex | undefined, lines: readonly string[]): string {
		if (vertex === undefined) {
			return '';
		}

		const gap = this.#last !== undefined && this.#last !== vertex ? '\n' : '';
		this.#last = vertex;
		return gap + lines.map(line => `#${vertex.number} ${line}\n`).join('');
	}
}

/** A last line without its end. */
function flush(vertex: Vertex | undefined, atNs: Nanoseconds): readonly string[] {
	if (vertex === undefined || vertex.partial === '') {
		return [];
	}

	const line = `${((atNs - vertex.startNs) / secondNs).toFixed(3)} ${vertex.partial}`;
	vertex.partial = '';
	vertex.logs.push(line);
	return [line];
}

function secondsText(ns: Nanoseconds): string {
	return (ns / secondNs).toFixed(1);
}

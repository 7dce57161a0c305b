// BuildKit's plain progress: a numbered block for each unit of work, lines as they happen. Source: moby/buildkit
// util/progress/progressui/printer.go, display.go.
//
//     #5 [2/3] RUN echo before && exit 7
//     #5 0.327 before
//     #5 DONE 0.4s
//
// Simplified: the real client draws a changing picture on a terminal and reads the events from gRPC; ours writes the plain form
// everywhere and reads them as JSON lines of POST /build?version=2.

import {secondNs} from '../../../base/clock.js';
import {memberOf, numberOf, textOf, type Json} from '../go/json.js';

type Vertex = {
	readonly number: number;
	readonly name: string;
	readonly startNs: number;
	/** The last lines of output, for the report of a failure. */
	readonly log: string[];
	partial: string;
};

const keptLogLines = 10;

export class PlainProgress {
	readonly warnings: string[] = [];
	readonly #vertices = new Map<string, Vertex>();
	#current: Vertex | undefined;
	#failed: Vertex | undefined;

	/** The lines of an event. */
	show(event: Json): string {
		const text = (name: string) => textOf(memberOf(event, name));
		const atNs = numberOf(memberOf(event, 'atNs'));
		const vertex = this.#vertex(text('vertex'), text('name'), atNs);
		const head = this.#head(vertex);
		const line = (words: string) => `${head}#${vertex.number} ${words}\n`;
		switch (text('kind')) {
			case 'started': {
				return head;
			}

			case 'cached': {
				return line('CACHED');
			}

			case 'status': {
				return line(statusText(event));
			}

			case 'log': {
				return head + this.#log(vertex, text('text'), atNs);
			}

			case 'warning': {
				const warning = `${text('rule')}: ${text('message')} (line ${numberOf(memberOf(event, 'line'))})`;
				this.warnings.push(warning);
				return line(`WARN: ${warning}`);
			}

			case 'done': {
				return head + this.#flush(vertex, atNs) + `#${vertex.number} DONE ${((atNs - vertex.startNs) / secondNs).toFixed(1)}s\n`;
			}

			case 'failed': {
				this.#failed = vertex;
				return head + this.#flush(vertex, atNs) + `#${vertex.number} ERROR: ${text('message')}\n`;
			}

			default: {
				return '';
			}
		}
	}

	/** What follows the blocks: the failed unit's last output, or the warnings again. */
	ending(): string {
		if (this.#failed !== undefined) {
			return `------\n > ${this.#failed.name}:\n${this.#failed.log.map(each => `${each}\n`).join('')}------\n`;
		}

		if (this.warnings.length === 0) {
			return '';
		}

		const count = `${this.warnings.length} warning${this.warnings.length === 1 ? '' : 's'} found (use docker --debug to expand):`;
		return `\n \u001B[33m${count}\n\u001B[0m${this.warnings.map(warning => ` - ${warning}\n`).join('')}`;
	}

	#vertex(id: string, name: string, atNs: number): Vertex {
		const known = this.#vertices.get(id);
		if (known !== undefined) {
			return known;
		}

		const vertex = {number: this.#vertices.size + 1, name, startNs: atNs, log: [], partial: ''};
		this.#vertices.set(id, vertex);
		return vertex;
	}

	/** A blank line and the unit's title when the talk turns to it. */
	#head(vertex: Vertex): string {
		if (this.#current === vertex) {
			return '';
		}

		this.#current = vertex;
		return `\n#${vertex.number} ${vertex.name}\n`;
	}

	#log(vertex: Vertex, text: string, atNs: number): string {
		const lines = (vertex.partial + text).split('\n');
		vertex.partial = lines.pop() ?? '';
		return lines.map(line => this.#logLine(vertex, line, atNs)).join('');
	}

	#flush(vertex: Vertex, atNs: number): string {
		const rest = vertex.partial;
		vertex.partial = '';
		return rest === '' ? '' : this.#logLine(vertex, rest, atNs);
	}

	#logLine(vertex: Vertex, line: string, atNs: number): string {
		const stamped = `${((atNs - vertex.startNs) / secondNs).toFixed(3)} ${line.replace(/\r$/v, '')}`;
		vertex.log.push(stamped);
		vertex.log.splice(0, vertex.log.length - keptLogLines);
		return `#${vertex.number} ${stamped}\n`;
	}
}

function statusText(event: Json): string {
	const seconds = (numberOf(memberOf(event, 'atNs')) - numberOf(memberOf(event, 'startNs'))) / secondNs;
	const words = textOf(memberOf(event, 'text'));
	if (memberOf(event, 'isDone') !== true) {
		return seconds < 0.05 ? words : `${words} ${seconds.toFixed(1)}s`;
	}

	return seconds < 0.05 ? `${words} done` : `${words} ${seconds.toFixed(1)}s done`;
}

/** The lines around an error, as a compiler shows them. */
export function excerpt(file: string, source: string, {from, to}: {readonly from: number; readonly to: number}): string {
	const lines = source.split('\n');
	const first = Math.max(1, from - 2);
	const last = Math.min(lines.length, to + 2);
	const shown = lines.slice(first - 1, last).map((line, index) => {
		const number = first + index;
		return `${String(number).padStart(4)} | ${number >= from && number <= to ? '>>>' : '   '} ${line}\n`;
	});
	const rule = `${'-'.repeat(20)}\n`;
	return `${file}:${from}\n${rule}${shown.join('')}${rule}`;
}

// What an action showed the learner: the output among its events, in order, pieces of one stream joined.

import {concatBytes} from '../base/bytes.js';
import type {TraceEvent} from '../base/transaction.js';
import type {KernelEvent, TaskId} from '../model/kernel/schema.js';
import type {ClientEvent} from '../model/world/client.js';
import type {Output, OutputStream, Reply} from './session.js';

export type Collector = {
	readonly output: readonly Output[];
	/** The exit status of the last command that a shell has reported, or of the shell itself. */
	statusOf(shell: TaskId): number | undefined;
};

/** The learner's terminal is the first one that a world makes. */
export function collect(trace: readonly TraceEvent[], more: readonly Output[] = []): Collector {
	const output: Output[] = [];
	let pending: Uint8Array[] = [];
	let stream: OutputStream = 'terminal';
	const flush = () => {
		if (pending.length > 0) {
			output.push({stream, bytes: concatBytes(pending)});
			pending = [];
		}
	};

	for (const event of trace as readonly KernelEvent[]) {
		const piece = pieceOf(event);
		if (piece === undefined) {
			continue;
		}

		if (piece.stream !== stream) {
			flush();
			stream = piece.stream;
		}

		pending.push(piece.bytes);
	}

	flush();
	return {output: [...output, ...more], statusOf: shell => lastStatus(trace, shell)};
}

function pieceOf(event: KernelEvent): Output | undefined {
	if (event.kind === 'terminal-output') {
		return {stream: 'terminal', bytes: (event as Extract<KernelEvent, {kind: 'terminal-output'; bytes: Uint8Array}>).bytes};
	}

	if (event.kind === 'stream-output') {
		const {stream, bytes} = event as Extract<KernelEvent, {kind: 'stream-output'; bytes: Uint8Array}>;
		return {stream, bytes};
	}

	return undefined;
}

function lastStatus(trace: readonly TraceEvent[], shell: TaskId): number | undefined {
	let status: number | undefined;
	for (const event of trace as ReadonlyArray<TraceEvent & {readonly task?: TaskId; readonly status?: number}>) {
		if ((event.kind === 'command-status' || event.kind === 'process-exit') && event.task === shell) {
			status = event.status;
		}
	}

	return status;
}

/** What the engine sent to clients outside, pieces that follow each other on one connection joined. */
export function collectReplies(trace: readonly TraceEvent[]): readonly Reply[] {
	const replies: {connection: number; parts: Uint8Array[]; isEnd: boolean}[] = [];
	for (const event of trace) {
		if (event.kind !== 'client-output' && event.kind !== 'client-end') {
			continue;
		}

		const said = event as ClientEvent;
		let last = replies.at(-1);
		if (last === undefined || last.connection !== said.connection) {
			last = {connection: said.connection, parts: [], isEnd: false};
			replies.push(last);
		}

		if (said.kind === 'client-output') {
			last.parts.push(said.bytes);
		} else {
			last.isEnd = true;
		}
	}

	return replies.map(({connection, parts, isEnd}) => ({connection, bytes: concatBytes(parts), isEnd}));
}

// What an action showed the learner: the output among its events, in order, pieces of one stream joined.

import {concatBytes} from '../base/bytes.js';
import type {TraceEvent} from '../base/transaction.js';
import type {KernelEvent, TaskId} from '../model/kernel/schema.js';
import type {Output, OutputStream} from './session.js';

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

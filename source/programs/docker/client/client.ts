// One run of the docker command: its process, its terminal, and where its daemon is.

import {encodeText} from '../../../base/bytes.js';
import {write} from '../../../model/kernel/blocking.js';
import {failed} from '../../../model/kernel/errno.js';
import type {Process, SocketAddress} from '../../../model/kernel/program.js';
import type {Steps} from '../command/refusal.js';

/** Where the daemon listens: `unix:///var/run/docker.sock`. */
export type DaemonHost = {readonly url: string; readonly address: SocketAddress};

export type Client = {
	readonly process: Process;
	readonly host: DaemonHost;
	/** The words that begin every path: `/v1.50`; negotiated by the first request. */
	readonly session: {version: string | undefined};
};

export const clientVersion = '28.2.2';
export const clientApiVersion = '1.50';

/** Writes text to standard output. */
export function * print(client: Client, text: string): Steps<void> {
	yield * printBytes(client, 1, encodeText(text));
}

/** Writes text to standard error. */
export function * warn(client: Client, text: string): Steps<void> {
	yield * printBytes(client, 2, encodeText(text));
}

/** Writes bytes to a descriptor; what cannot be written is dropped, as the real client drops it. */
export function * printBytes(client: Client, fd: 1 | 2, bytes: Uint8Array): Steps<void> {
	if (bytes.length > 0) {
		yield * write(client.process, fd, bytes);
	}
}

/** The terminal's columns; 80 where standard input is none, as docker's help assumes. */
export function terminalColumns(process: Process): number {
	const size = process.sys.isTerminal(0) ? process.sys.windowSize(0) : undefined;
	return size === undefined || failed(size) || size.columns === 0 ? 80 : size.columns;
}

/** Unix time as the client's host has it, in seconds and in nanoseconds within the second. */
export function unixTime(process: Process): {readonly seconds: number; readonly nanoseconds: number} {
	return process.sys.realTime();
}

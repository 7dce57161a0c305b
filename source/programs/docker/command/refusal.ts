// What a step of the client gives back when it cannot go on: the words for standard error, and the exit status.

import type {Wait, Wake} from '../../../model/kernel/program.js';

export type Refusal = {
	readonly kind: 'refusal';
	/** Without the final newline; empty if everything has been said. */
	readonly message: string;
	readonly status: number;
	/** The HTTP status of the daemon's answer, if that is what the refusal is. */
	readonly httpStatus?: number;
};

/** A part of a program that may sleep and gives a value. */
export type Steps<T> = Generator<Wait, T, Wake>;

export function refusal(message: string, status = 1): Refusal {
	return {kind: 'refusal', message, status};
}

export function refused(value: unknown): value is Refusal {
	return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal';
}

// The progress of pull, push, load and the classic build: JSON lines, shown one after another, or, on a terminal, each layer in a
// line of its own that is written over. Source: moby pkg/jsonmessage/jsonmessage.go.

import {failed} from '../../../model/kernel/errno.js';
import {refusal, type Refusal, type Steps} from '../command/refusal.js';
import {memberOf, numberOf, objectOf, textOf, type Json} from '../go/json.js';
import {humanSize} from '../go/size.js';
import {print, warn, type Client} from './client.js';
import {jsonLines, type Stream} from './request.js';

export type ShowOptions = {
	/** Where to write; nothing is shown if undefined. */
	readonly fd: 1 | 2 | undefined;
	/** Called for lines with an `aux` member. */
	readonly onAux?: (aux: Json) => void;
};

/** Shows the stream; the error it carries, if any, is the refusal. */
export function * showMessages(client: Client, stream: Stream, {fd, onAux}: ShowOptions): Steps<Refusal | undefined> {
	const {sys} = client.process;
	const isTerminal = fd !== undefined && sys.isTerminal(fd);
	const size = isTerminal ? sys.windowSize(fd) : undefined;
	const width = size === undefined || failed(size) ? 200 : size.columns;
	const lines = new Map<string, number>();
	return yield * jsonLines(stream, function * (line): Steps<Refusal | undefined> {
		const aux = memberOf(line, 'aux');
		if (aux !== undefined) {
			onAux?.(aux);
			return undefined;
		}

		const problem = memberOf(line, 'errorDetail') ?? memberOf(line, 'error');
		if (problem !== undefined) {
			const code = numberOf(memberOf(line, 'errorDetail', 'code'));
			return refusal(textOf(memberOf(line, 'errorDetail', 'message')) || textOf(memberOf(line, 'error')), code === 0 ? 1 : code);
		}

		if (fd !== undefined) {
			const text = messageText(line, {lines, isTerminal, width});
			yield * fd === 1 ? print(client, text) : warn(client, text);
		}

		return undefined;
	});
}

type Screen = {readonly lines: Map<string, number>; readonly isTerminal: boolean; readonly width: number};

function messageText(line: Json, {lines, isTerminal, width}: Screen): string {
	const id = textOf(memberOf(line, 'id'));
	const detail = memberOf(line, 'progressDetail');
	if (id === '' || detail === undefined) {
		lines.clear();
		return plainText(line, {isTerminal, width});
	}

	const isNew = !lines.has(id);
	if (isNew) {
		lines.set(id, lines.size);
	}

	if (!isTerminal) {
		return plainText(line, {isTerminal, width});
	}

	const up = lines.size - lines.get(id)!;
	return `${isNew ? '\n' : ''}\u001B[${up}A${plainText(line, {isTerminal, width})}\u001B[${up}B`;
}

function plainText(line: Json, {isTerminal, width}: {readonly isTerminal: boolean; readonly width: number}): string {
	const stream = textOf(memberOf(line, 'stream'));
	const hasDetail = memberOf(line, 'progressDetail') !== undefined;
	const progress = progressText(objectOf(memberOf(line, 'progressDetail')), width);
	const rewrites = isTerminal && stream === '' && hasDetail;
	if (!rewrites && hasDetail && progress !== '') {
		return '';
	}

	const id = textOf(memberOf(line, 'id'));
	const head = `${rewrites ? '\u001B[2K\r' : ''}${id === '' ? '' : `${id}: `}`;
	const status = textOf(memberOf(line, 'status'));
	if (rewrites) {
		return `${head}${status} ${progress}\r`;
	}

	return stream === '' ? `${head}${status}\n` : head + stream;
}

/** `[=====>      ]  1.2MB/3.4MB`; the bar only on wide terminals. */
export function progressText(detail: ReadonlyMap<string, Json>, width: number): string {
	const current = numberOf(detail.get('current'));
	const total = numberOf(detail.get('total'));
	const units = textOf(detail.get('units'));
	if (current <= 0 && total <= 0) {
		return '';
	}

	if (total <= 0) {
		return units === '' ? humanSize(current).padStart(8) : `${current} ${units}`;
	}

	const done = Math.min(50, Math.trunc(Math.trunc(current / total * 100) / 2));
	const bar = width > 110 ? `[${'='.repeat(done)}>${' '.repeat(50 - done)}] ` : '';
	const counts = units === '' ? `${humanSize(current).padStart(8)}${current > total ? '' : `/${humanSize(total)}`}` : `${current}${current > total ? '' : `/${total}`} ${units}`;
	return bar + (detail.get('hidecounts') === true ? '' : counts);
}

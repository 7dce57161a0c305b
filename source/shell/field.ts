// Fields: what expansions leave behind, and how they are cut into words by IFS. Source: POSIX 2.6.5.

import {escapePattern} from './pattern.js';

/** A piece of a word after expansion. */
export type Segment = {
	readonly text: string;
	/** Neither split nor a pattern. */
	readonly quoted: boolean;
	/** Came out of an unquoted expansion, so IFS splits it. */
	readonly splits: boolean;
	/** Between two elements of `$@`: a new field begins; where nothing is split, this text joins them. */
	readonly joiner: string | undefined;
};

export type Field = readonly Segment[];

export function plain(text: string, quoted: boolean): Segment {
	return {text, quoted, splits: false, joiner: undefined};
}

export function splitting(text: string): Segment {
	return {text, quoted: false, splits: true, joiner: undefined};
}

export function fieldBreak(joiner: string): Segment {
	return {text: '', quoted: false, splits: false, joiner};
}

/** Cuts segments into fields. Blanks of IFS separate together, any other character of IFS separates by itself. */
export function splitFields(segments: readonly Segment[], ifs: string): readonly Field[] {
	const fields: Field[] = [];
	let current: Segment[] | undefined;
	let last: 'none' | 'blank' | 'hard' = 'none';
	const finish = (): void => {
		if (current !== undefined) {
			fields.push(current);
			current = undefined;
		}
	};

	for (const segment of segments) {
		if (segment.joiner !== undefined) {
			finish();
			last = 'none';
			continue;
		}

		if (!segment.splits || ifs === '') {
			if (segment.quoted || segment.text !== '') {
				(current ??= []).push(segment);
				last = 'none';
			}

			continue;
		}

		for (const {text, separator} of runs(segment.text, ifs)) {
			if (separator === 'none') {
				(current ??= []).push({...segment, text, splits: false});
				last = 'none';
			} else if (current !== undefined) {
				finish();
				last = separator;
			} else if (separator === 'hard' && last === 'blank') {
				last = 'hard';
			} else if (separator === 'hard') {
				fields.push([]);
				last = 'hard';
			}
		}
	}

	finish();
	return fields;
}

type Run = {readonly text: string; readonly separator: 'none' | 'blank' | 'hard'};

/** The text in stretches without separators, and its separators one by one. */
function * runs(text: string, ifs: string): Generator<Run> {
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		const character = text[at]!;
		if (!ifs.includes(character)) {
			continue;
		}

		if (at > start) {
			yield {text: text.slice(start, at), separator: 'none'};
		}

		yield {text: character, separator: ' \t\n'.includes(character) ? 'blank' : 'hard'};
		start = at + 1;
	}

	if (start < text.length) {
		yield {text: text.slice(start), separator: 'none'};
	}
}

export function fieldText(field: Field): string {
	return field.length === 1 ? field[0]!.text : field.map(segment => segment.text).join('');
}

/** The field as a pattern, in which what was quoted is plain. */
export function fieldPattern(field: Field): string {
	return field.map(segment => segment.quoted ? escapePattern(segment.text) : segment.text).join('');
}

/** Everything in one text, as where no field splitting is done. */
export function joinSegments(segments: readonly Segment[]): string {
	return segments.length === 1 ? segments[0]!.text : segments.map(segment => segment.joiner ?? segment.text).join('');
}

// `--format`: rows of values through a Go template, as a table, as JSON lines or free. Source: docker/cli
// cli/command/formatter/formatter.go, custom.go, reflect.go.

import {compareText} from '../../../base/bytes.js';
import {refusal, refused, type Refusal} from '../command/refusal.js';
import type {Json} from '../go/json.js';
import {execute, parse} from '../go-template/exec.js';
import {dockerFunctions, headerFunctions} from '../go-template/functions.js';
import type {Template} from '../go-template/parser.js';
import {jsonOf, type GoMap, type GoMethod, type GoStruct, type GoValue} from '../go-template/value.js';
import {alignColumns} from './tab-writer.js';

/** A kind of row: its Go type's name, of the package `formatter` unless it says another, and its columns' titles. */
export type RowType = {readonly name: string; readonly titles: Readonly<Record<string, string>>};

/** What a row's columns show. */
export type RowFields = Readonly<Record<string, () => GoValue>>;

export type RowOptions = {
	/** Makes `.Label "name"` work. */
	readonly labels?: ReadonlyMap<string, string>;
	/** Columns that templates can name and `{{json .}}` leaves out. */
	readonly isOnlyInTemplates?: ReadonlySet<string>;
};

/** A row as templates see it. */
export function row(type: RowType, fields: RowFields, {labels, isOnlyInTemplates}: RowOptions = {}): GoStruct {
	const names = Object.keys(fields).sort(compareText);
	const methods: Readonly<Record<string, GoMethod>> = labels === undefined ? {} : {
		Label: {parameters: ['string'], call: ([name]) => labels.get(name as string) ?? ''},
	};
	return {
		kind: 'struct',
		type: `*${type.name.includes('.') ? '' : 'formatter.'}${type.name}`,
		hasField: name => Object.hasOwn(fields, name),
		field: name => fields[name]!(),
		method: name => Object.hasOwn(methods, name) ? methods[name] : undefined,
		fields: () => names.map(name => [name, fields[name]!()]),
		json: () => new Map(names.filter(name => isOnlyInTemplates?.has(name) !== true).map(name => [name, jsonOf(fields[name]!()) satisfies Json])),
	};
}

function titleRow(type: RowType): GoMap {
	return {
		kind: 'map',
		type: 'formatter.SubHeaderContext',
		entries: new Map(Object.entries(type.titles)),
		isNil: false,
		method: name => name === 'Label' ? {parameters: ['string'], call: ([label]) => (label as string).split('.').at(-1)!.replaceAll(/[\-_]/gv, ' ')} : undefined,
	};
}

/** Whether a format is `table` or `table ...`. */
export function isTable(format: string): boolean {
	return format.startsWith('table');
}

/** The text that a list prints, or the template's error. */
export function formatRows(type: RowType, rows: readonly GoStruct[], format: string): string | Refusal {
	const template = parseFormat(format);
	if (refused(template)) {
		return template;
	}

	let text = '';
	for (const each of rows) {
		const result = execute(template, each, {functions: dockerFunctions});
		if (result.error !== undefined) {
			return refusal(`template parsing error: ${result.error}`);
		}

		text += `${result.output}\n`;
	}

	if (!isTable(format)) {
		return text;
	}

	const titles = execute(template, titleRow(type), {functions: headerFunctions});
	return alignColumns(`${titles.output}\n${text}`);
}

/** A format's template: without the word `table`, `json` spelled out, `\t` and `\n` made characters. */
export function parseFormat(format: string): Template | Refusal {
	const source = (isTable(format) ? format.slice('table'.length) : (format === 'json' ? '{{json .}}' : format))
		.replace(/^ +| +$/gv, '').replaceAll(String.raw`\t`, '\t').replaceAll(String.raw`\n`, '\n');
	const template = parse(source, dockerFunctions);
	return 'error' in template ? refusal(`template parsing error: ${template.error}`) : template;
}

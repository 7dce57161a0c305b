// The rows of `docker images` and `docker history`. Source: docker/cli cli/command/formatter/image.go, cli/command/image/formatter_history.go.

import {familiarName, isReferenceError, parseReference} from '../../../model/container/reference.js';
import {rfc3339OfMoment} from '../../../base/internet-date.js';
import {memberOf, numberOf, textOf, textsOf, type Json} from '../go/json.js';
import {humanSize, humanSize3} from '../go/size.js';
import type {GoStruct} from '../go-template/value.js';
import type {RowContext} from './container-rows.js';
import {isTable, row, type RowType} from './formatter.js';
import {ago, ellipsis, labelMap, timeText, truncateId} from './text.js';

export const imageRows: RowType = {
	name: 'imageContext',
	titles: {
		ID: 'IMAGE ID', Repository: 'REPOSITORY', Tag: 'TAG', Digest: 'DIGEST', CreatedSince: 'CREATED', CreatedAt: 'CREATED AT', Size: 'SIZE',
		Containers: 'CONTAINERS', VirtualSize: 'SIZE', SharedSize: 'SHARED SIZE', UniqueSize: 'UNIQUE SIZE',
	},
};

const created = '{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}';

export function imageFormat(source: string, {isQuiet, withDigests}: {readonly isQuiet: boolean; readonly withDigests: boolean}): string {
	switch (source) {
		case '':
		case 'table': {
			const digest = withDigests ? String.raw`\t{{.Digest}}` : '';
			return isQuiet ? '{{.ID}}' : String.raw`table {{.Repository}}\t{{.Tag}}${digest}\t{{.ID}}\t${created}\t{{.Size}}`;
		}

		case 'raw': {
			const digest = withDigests ? 'digest: {{.Digest}}\n' : '';
			return isQuiet ? 'image_id: {{.ID}}' : `repository: {{.Repository}}\ntag: {{.Tag}}\n${digest}image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n`;
		}

		default: {
			return source + (isTable(source) && withDigests && !source.includes('{{.Digest}}') ? String.raw`\t{{.Digest}}` : '');
		}
	}
}

type Naming = {readonly repository: string; readonly tag: string; readonly digest: string};

const none = '<none>';

/** The lines an image has in a list: one for each name, or one without. */
export function imageRowsOf(image: Json, context: RowContext & {readonly needsDigest: boolean; readonly withDigests: boolean}): readonly GoStruct[] {
	return namings(textsOf(memberOf(image, 'RepoTags')), textsOf(memberOf(image, 'RepoDigests')), context).map(naming => imageRow(image, naming, context));
}

function namings(tags: readonly string[], digests: readonly string[], {needsDigest, withDigests}: {readonly needsDigest: boolean; readonly withDigests: boolean}): readonly Naming[] {
	const tagsOf = byRepository(tags, reference => reference.tag);
	const digestsOf = byRepository(digests, reference => reference.digest);
	if (tagsOf.size === 0 && digestsOf.size === 0) {
		return [{repository: none, tag: none, digest: none}];
	}

	const tagged = [...tagsOf].flatMap(([repository, names]) => names.flatMap(tag => {
		const shown = needsDigest ? digestsOf.get(repository) ?? [] : [];
		return shown.length === 0 ? [{repository, tag, digest: none}] : shown.map(digest => ({repository, tag, digest}));
	}));
	const untagged = [...digestsOf].filter(([repository]) => !tagsOf.has(repository))
		.flatMap(([repository, names]) => withDigests ? names.map(digest => ({repository, tag: none, digest})) : [{repository, tag: none, digest: ''}]);
	return [...tagged, ...untagged];
}

function byRepository(names: readonly string[], part: (reference: {readonly tag: string | undefined; readonly digest: string | undefined}) => string | undefined): ReadonlyMap<string, readonly string[]> {
	const groups = new Map<string, string[]>();
	for (const name of names) {
		const reference = parseReference(name);
		const value = isReferenceError(reference) ? undefined : part(reference);
		if (isReferenceError(reference) || value === undefined) {
			continue;
		}

		const repository = familiarName(reference);
		groups.set(repository, [...groups.get(repository) ?? [], value]);
	}

	return groups;
}

function imageRow(image: Json, naming: Naming, {isTruncated, nowSeconds}: RowContext): GoStruct {
	const number = (name: string) => numberOf(memberOf(image, name));
	const id = textOf(memberOf(image, 'Id'));
	const seconds = number('Created');
	const known = (name: string, show: (value: number) => string) => memberOf(image, name) === undefined || number(name) === -1 ? 'N/A' : show(number(name));
	return row(imageRows, {
		ID: () => isTruncated ? truncateId(id) : id,
		Repository: () => naming.repository,
		Tag: () => naming.tag,
		Digest: () => naming.digest,
		CreatedSince: () => seconds <= 0 ? '' : ago(seconds, nowSeconds),
		CreatedAt: () => timeText({seconds, nanoseconds: 0}),
		Size: () => humanSize3(number('Size')),
		Containers: () => known('Containers', String),
		VirtualSize: () => humanSize(number('Size')),
		SharedSize: () => known('SharedSize', humanSize),
		UniqueSize: () => number('SharedSize') === -1 || memberOf(image, 'SharedSize') === undefined ? 'N/A' : humanSize(number('Size') - number('SharedSize')),
	}, {labels: labelMap(memberOf(image, 'Labels'))});
}

export const historyRows: RowType = {
	name: 'historyContext',
	titles: {ID: 'IMAGE', CreatedSince: 'CREATED', CreatedAt: 'CREATED AT', CreatedBy: 'CREATED BY', Size: 'SIZE', Comment: 'COMMENT'},
};

export function historyFormat(source: string, {isQuiet, isHuman}: {readonly isQuiet: boolean; readonly isHuman: boolean}): string {
	if (source !== '' && source !== 'table') {
		return source;
	}

	const when = isHuman ? '{{.CreatedSince}}' : '{{.CreatedAt}}';
	return isQuiet ? '{{.ID}}' : String.raw`table {{.ID}}\t${when}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
}

export function historyRow(line: Json, {isTruncated, isHuman, nowSeconds}: RowContext & {readonly isHuman: boolean}): GoStruct {
	const id = textOf(memberOf(line, 'Id'));
	const seconds = numberOf(memberOf(line, 'Created'));
	const createdAt = () => rfc3339OfMoment({seconds, nanoseconds: 0});
	const size = numberOf(memberOf(line, 'Size'));
	return row(historyRows, {
		ID: () => isTruncated ? truncateId(id) || id : id,
		CreatedAt: createdAt,
		CreatedSince: () => isHuman ? (seconds <= 0 ? 'N/A' : ago(seconds, nowSeconds)) : createdAt(),
		CreatedBy() {
			const text = textOf(memberOf(line, 'CreatedBy')).replaceAll('\t', ' ');
			return isTruncated ? ellipsis(text, 45) : text;
		},
		Size: () => isHuman ? humanSize3(size) : String(size),
		Comment: () => textOf(memberOf(line, 'Comment')),
	});
}

// Whether a compose file has the form of the compose specification, and which one sentence says best why not: of all mistakes the
// one that lies deepest. Source: compose-go schema/schema.go.

import type {Json} from '../../docker/go/json.js';
import schema from './compose-spec.json' with {type: 'json'};
import {SchemaJudge, type Mistake} from './json-schema.js';

const judge = new SchemaJudge(schema);

/** What is wrong, after `validating FILE: `. */
export function schemaProblem(value: Json): string | undefined {
	const mistake = judge.judge(value);
	return mistake === undefined ? undefined : sentence(mostSpecific(mistake));
}

function mostSpecific(mistake: Mistake): Mistake {
	const candidates = mistake.causes.map(cause => mostSpecific(cause));
	return candidates.reduce((best, each) => depth(each) > depth(best) ? each : best, candidates[0] ?? mistake);
}

function depth({at, keyword}: Mistake): number {
	return at.length + (keyword === 'additionalProperties' ? 1 : 0);
}

function sentence({at, keyword, text, wanted = [], bound}: Mistake): string {
	const place = at.join('.');
	switch (keyword) {
		case 'type': {
			return `${place} must be a ${humanTypes(wanted)}`;
		}

		case 'minimum': {
			return `${place} must be greater than or equal to ${bound}`;
		}

		case 'maximum': {
			return `${place} must be less than or equal to ${bound}`;
		}

		default: {
			return `${place} ${text}`;
		}
	}
}

function humanTypes(wanted: readonly string[]): string {
	const words = wanted.map(word => word === 'object' ? 'mapping' : word);
	if (words.length === 1) {
		return words[0]!;
	}

	const sorted = words.toSorted();
	return `${sorted.slice(0, -1).join(', ')} or ${sorted.at(-1)}`;
}

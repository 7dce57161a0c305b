// Aliases are replaced in the text, before it is a command. A real shell does so while it reads tokens; here the text is parsed,
// names of commands that are aliases are replaced, and it is parsed again. Simplified: an alias that opens a construct which other
// text closes, such as `alias begin='{'`, is therefore not expanded.

import {parse as parseBash} from 'unbash';
import type * as Bash from 'unbash';
import {forEachChild} from 'unbash';

const roundsMax = 20;

type Place = {readonly from: number; readonly to: number; readonly names: ReadonlySet<string>};

/** The text with the aliases of its commands replaced. An alias is not replaced again in its own text. */
export function expandAliases(source: string, aliases: ReadonlyMap<string, string>): string {
	let text = source;
	let places: readonly Place[] = [];
	for (let round = 0; round < roundsMax && aliases.size > 0; round++) {
		const found = commandNames(text).filter(({name, at}) => aliases.has(name) && !places.some(place => place.from <= at && at < place.to && place.names.has(name)));
		if (found.length === 0 || text.length > 65_536) {
			return text;
		}

		const replaced = replaceAll(text, {found, places}, aliases);
		text = replaced.text;
		places = replaced.places;
	}

	return text;
}

type Name = {readonly name: string; readonly at: number};

function replaceAll(text: string, {found, places}: {readonly found: readonly Name[]; readonly places: readonly Place[]}, aliases: ReadonlyMap<string, string>): {readonly text: string; readonly places: readonly Place[]} {
	let result = text;
	let moved = places;
	for (const {name, at} of found.toSorted((a, b) => b.at - a.at)) {
		const value = aliases.get(name)!;
		const outer = moved.filter(place => place.from <= at && at < place.to).flatMap(place => [...place.names]);
		const growth = value.length - name.length;
		result = result.slice(0, at) + value + result.slice(at + name.length);
		moved = [
			...moved.map(place => ({...place, from: place.from > at ? place.from + growth : place.from, to: place.to > at ? place.to + growth : place.to})),
			{from: at, to: at + Math.max(value.length, 1), names: new Set([...outer, name])},
		];
	}

	return {text: result, places: moved};
}

function commandNames(text: string): readonly Name[] {
	const names: Name[] = [];
	const visit = (node: Bash.SyntaxNode): void => {
		if (node.type === 'Command' && node.name !== undefined && node.name.text === node.name.value) {
			names.push({name: node.name.text, at: node.name.pos});
		}

		// Commands inside of substitutions are read when they are run.
		if (node.type !== 'Word' && node.type !== 'Assignment') {
			forEachChild(node, visit);
		}
	};

	visit(parseBash(text));
	return names;
}
